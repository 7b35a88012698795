/* The self-check form: saves what is typed continuously, adds and removes entries without leaving the page.
   Without this file every button saves on the server. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-sheet]");
  if (!form) return;
  var PAUSE = 1200, RETRY = 5000;
  var state = form.querySelector("[data-save-state]");
  var version = form.elements.draft_version;
  /* After a conflict only a button may put this window's words in the other's place. */
  var held = "hold" in form.dataset;
  var timer = null, saving = false, dirty = false, stopped = held, pressed = null;
  /* What is typed stands on this page alone, and nothing saves it any more. */
  var alone = false;

  function show(code, text) { state.dataset.saveState = code; state.textContent = text; }

  function later(wait) { clearTimeout(timer); timer = setTimeout(save, wait); }

  function touched() {
    if (held) show("dirty", "有未保存的内容，点“保存草稿”后才会保存");
    if (stopped) { alone = true; return; }
    dirty = true;
    show("dirty", "有未保存的内容…");
    later(PAUSE);
  }

  /* Chosen files go with a button; sent along with every pause of the typist they would be sent a hundred times. */
  function typed() {
    var data = new FormData(form);
    data.delete("files");
    return data;
  }

  function save() {
    if (saving || stopped || !dirty) return;
    saving = true;
    dirty = false;
    show("saving", "正在保存…");
    fetch(form.dataset.saveUrl, { method: "POST", body: typed(), credentials: "same-origin", headers: { "X-Requested-With": "fetch" }, redirect: "manual" })
      .then(function (response) {
        if (response.status === 200) return response.json().then(function (saved) {
          version.value = saved.version;
          Object.keys(saved.proposals || {}).forEach(function (key) {
            var place = form.querySelector("[data-proposal='" + key + "'] span");
            if (place) place.textContent = saved.proposals[key];
          });
          if (!dirty) show("saved", "草稿已自动保存 " + saved.saved_at);
        });
        if (response.status === 409 || response.status === 401) return response.json().then(function (answer) { stopped = alone = true; show("error", answer.message); });
        if (response.status === 403) { stopped = alone = true; show("error", "该表已不在填报环节，本次修改没有保存。所填内容仍在本页，离开前请先复制留存。"); return null; }
        throw new Error(response.status);
      })
      .catch(function () { dirty = true; show("error", "网络不通，内容尚未保存，正在重试…"); later(RETRY); })
      .finally(function () {
        saving = false;
        if (pressed) { form.requestSubmit(pressed); return; }
        if (dirty && !stopped) later(PAUSE);
      });
  }

  form.addEventListener("input", touched);
  form.addEventListener("change", function (event) {
    touched();
    if (event.target.name && event.target.name.slice(-7) === "-change") reveal(event.target.closest(".entry"));
  });

  /* Leaving in a hurry: hand the last words to the browser to deliver. */
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState !== "hidden" || !dirty || saving || stopped) return;
    if (navigator.sendBeacon && navigator.sendBeacon(form.dataset.saveUrl, typed())) {
      dirty = false;
      version.value = Number(version.value) + 1;
      show("saved", "草稿已自动保存");
    }
  });
  window.addEventListener("beforeunload", function (event) { if (alone) event.preventDefault(); });

  /* A button pressed while the page saves waits for the answer: sent along with it, the form would name a version that
     has just passed, and be taken for another window's. */
  form.addEventListener("submit", function (event) {
    clearTimeout(timer);
    stopped = true;
    alone = false;
    if (!saving) return;
    event.preventDefault();
    pressed = event.submitter;
  });

  /* What is kept needs no fields; what is revised shows them; what is retired or disputed asks for the reason only. */
  function reveal(entry) {
    var chosen = entry.querySelector("input[name$='-change']:checked");
    var block = entry.querySelector("[data-when-change]");
    if (!block) return;
    var kind = chosen ? chosen.value : "", asksWhy = kind === "retire" || kind === "dispute";
    block.querySelectorAll(".field").forEach(function (field) {
      var control = field.querySelector("[name]");
      var isReason = control && control.name.slice(-7) === "-reason";
      /* What is asked of every entry is asked whatever becomes of it. */
      var always = control && control.getAttribute("aria-required") === "true";
      field.hidden = isReason ? !asksWhy && !(always && kind) : kind !== "revise";
    });
    block.hidden = kind !== "revise" && !asksWhy;
    var advice = entry.querySelector("[data-when-revise]");
    if (advice) advice.hidden = kind !== "revise";
    entry.classList.toggle("entry-retired", kind === "retire");
  }
  form.querySelectorAll(".entry").forEach(reveal);

  form.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-add]")) { event.preventDefault(); add(button); }
  });
  /* data-confirm re-clicks the button once the person has agreed; only then does it get here. */
  form.addEventListener("click", function (event) {
    var button = event.target.closest("button[data-remove]");
    if (!button || event.defaultPrevented) return;
    event.preventDefault();
    button.closest(".entry").remove();
    touched();
  });

  function add(button) {
    var data = new FormData();
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.append("add", button.value);
    fetch(form.dataset.entryUrl, { method: "POST", body: data, credentials: "same-origin", redirect: "manual" })
      .then(function (response) { if (response.status !== 200) throw new Error(response.status); return response.text(); })
      .then(function (html) {
        var place = button.closest(".sheet-add"), holder = document.createElement("div");
        holder.innerHTML = html;
        var entry = holder.querySelector(".entry");
        place.parentNode.insertBefore(entry, place);
        reveal(entry);
        var first = entry.querySelector("textarea, input:not([type=hidden]), select");
        if (first) first.focus();
        touched();
      })
      .catch(function () { show("error", "网络不通，暂时不能增加，请稍后再试。"); });
  }

  var wrong = document.querySelector("[data-first-error]");
  if (wrong) wrong.focus();
})();
