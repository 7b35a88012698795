/* Saves what is typed into form[data-save-url] while it is typed: the form of a sheet, and a reviewer's form.
   Without this file a sheet is saved by its buttons, and a review is sent as a whole.

   data-save-url    where to (POST; answers {version, saved_at} or {message})
   data-user        whose form it is: after signing in anew only the same person's form goes on by itself
   data-opened      the page was opened, and is no answer to a form: it may be loaded again
   data-hold        after a conflict only a button may put this window's words in the other's place
   [data-save-state] says how it stands */
(function () {
  "use strict";
  var form = document.querySelector("form[data-save-url]");
  if (!form) return;
  var PAUSE = 1200, RETRY = 5000, PATIENT = 30000, LATE = 700, TRIES = 3;
  var LARGEST = 60000;   /* bytes that a browser still delivers when its page is left */
  var url = form.dataset.saveUrl, state = form.querySelector("[data-save-state]"), version = form.elements.draft_version;
  var held = "hold" in form.dataset;
  /* dirty: something stands on this page alone. failing: the last save did not go through. */
  var timer = null, saving = false, dirty = false, failing = false, stopped = held, sent = false, pressed = null;

  function show(code, text) { state.dataset.saveState = code; state.textContent = text; }
  function later(wait) { clearTimeout(timer); timer = setTimeout(save, wait); }

  function touched(event) {
    if (event && event.target.type === "password") return;
    dirty = true;
    if (held) show("dirty", "有未保存的内容，点“保存草稿”后才会保存");
    if (stopped) return;
    if (!failing) show("dirty", "有未保存的内容…");
    later(failing ? RETRY : PAUSE);
  }

  /* Chosen files go with a button; sent along with every pause of the typist they would be sent a hundred times. */
  function typed() {
    var data = new FormData(form);
    data.delete("files");
    data.delete("password");
    return data;
  }
  function isLarge(data) {
    var bytes = 0;
    data.forEach(function (text, name) { bytes += 3 * (String(text).length + name.length) + 90; });
    return bytes > LARGEST;
  }

  function save(leaving) {
    if (saving || stopped || sent || !dirty) return;
    var data = typed();
    saving = true;
    dirty = false;
    show("saving", "正在保存…");
    fetch(url, { method: "POST", body: data, credentials: "same-origin", headers: { "X-Requested-With": "fetch" }, redirect: "manual", keepalive: leaving === true && !isLarge(data) })
      .then(function (response) {
        if (response.status === 200) return response.json().then(kept);
        if (response.status >= 400 && response.status < 500) return response.json().then(function (answer) { refused(response.status, answer); });
        throw new Error(response.status);
      })
      .catch(function () { failed("网络不通，内容尚未保存，正在重试…", RETRY); })
      .finally(function () {
        saving = false;
        if (pressed) { form.requestSubmit(pressed); return; }
        if (dirty && !failing) later(PAUSE);
      });
  }

  function kept(answer) {
    version.value = answer.version;
    failing = false;
    recall();
    form.dispatchEvent(new CustomEvent("autosave:kept", { detail: answer }));
    if (!dirty) show("saved", "已自动保存 " + answer.saved_at);
  }
  function failed(text, wait) {
    dirty = failing = true;
    show("error", text);
    later(wait);
  }
  function refused(status, answer) {
    if (status === 409) {
      dirty = stopped = true;
      show("error", answer.message);
      return;
    }
    var token = form.elements.csrfmiddlewaretoken;
    if (status === 401 && answer.token && answer.user === form.dataset.user) token.value = answer.token;
    failed(answer.message, status === 401 ? RETRY : PATIENT);
  }

  form.addEventListener("input", touched);
  form.addEventListener("autosave:touched", function () { touched(); });

  /* ---- Leaving ---- */
  /* A page that is left hands its last words to the browser to deliver. Where that cannot be, it asks. */
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState !== "hidden") { if (failing) save(); return; }
    if (sent) return;
    if (dirty || saving) remember();
    save(true);
  });
  window.addEventListener("beforeunload", function (event) {
    if (!dirty || sent) return;
    if (stopped || failing || saving || isLarge(typed())) event.preventDefault();
  });

  /* Whoever comes back at once may be shown the sheet as it was before his last words arrived. They are his own, no other
     window's, so the page waits a moment and looks again. */
  var key = "left " + url;
  function remember() { try { sessionStorage.setItem(key, JSON.stringify([version.value, TRIES])); } catch (full) { /* goes without */ } }
  function recall() { try { sessionStorage.removeItem(key); } catch (full) { /* goes without */ } }
  (function lookAgain() {
    var left = null;
    try { left = JSON.parse(sessionStorage.getItem(key)); } catch (none) { /* goes without */ }
    if (!left || !("opened" in form.dataset) || left[0] !== version.value || left[1] < 1) { recall(); return; }
    sessionStorage.setItem(key, JSON.stringify([left[0], left[1] - 1]));
    show("saving", "正在读取刚才保存的内容…");
    /* What is typed meanwhile would be sent as a change of the old text, and meet his own words as another window's. */
    form.inert = true;
    setTimeout(function () { window.location.reload(); }, LATE);
  })();

  /* A button pressed while the page saves waits for the answer: sent along with it, the form would name a version that
     has just passed, and be taken for another window's. */
  form.addEventListener("submit", function (event) {
    clearTimeout(timer);
    sent = true;
    if (!saving) { recall(); return; }
    event.preventDefault();
    pressed = event.submitter;
  });
})();
