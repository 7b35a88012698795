/* Keeps what is typed into the lines of a checklist (form[data-check]) in the browser until the server has it.
   Each line is a form of its own and is sent by itself, so two people can work on one list. Without network everything stays
   in this browser (localStorage) for the same person, and is sent when the network is back, also after the page was closed.
   Without this file each line has its own button.

   data-check    key of the line            data-user   whose page it is
   [data-check-state] says how the line stands, [data-checks-state] how all do */
(function () {
  "use strict";
  var forms = Array.prototype.slice.call(document.querySelectorAll("form[data-check]"));
  if (!forms.length) return;
  var PAUSE = 1200, RETRY = 15000, PREFIX = "check ";
  var sum = document.querySelector("[data-checks-state]");
  var lines = forms.map(function (form) {
    return { form: form, key: PREFIX + form.dataset.user + " " + form.dataset.check, state: form.querySelector("[data-check-state]"), dirty: false, sending: false, refused: false, timer: null };
  });

  function store(line) {
    var kept = {};
    new FormData(line.form).forEach(function (value, name) { if (name !== "csrfmiddlewaretoken") kept[name] = value; });
    try { localStorage.setItem(line.key, JSON.stringify(kept)); return true; } catch (full) { return false; }
  }
  function forget(line) { try { localStorage.removeItem(line.key); } catch (none) { /* goes without */ } }
  function show(line, code, text) {
    line.state.dataset.checkState = code;
    line.state.textContent = text;
    total();
  }
  function total() {
    var open = lines.filter(function (line) { return line.dirty; }).length;
    if (!sum) return;
    sum.dataset.checksState = open ? "open" : "saved";
    sum.textContent = open ? "有 " + open + " 项还没有发送，已保存在本机，网络恢复后自动发送。" : "全部内容已保存。";
    sum.hidden = false;
  }

  function touched(line) {
    var safe = store(line);
    line.dirty = true;
    line.refused = false;
    show(line, "dirty", safe ? "已存在本机，待发送" : "本机存不下，请尽快点“保存”");
    later(line, PAUSE);
  }
  function later(line, wait) {
    clearTimeout(line.timer);
    line.timer = setTimeout(function () { send(line); }, wait);
  }
  function send(line) {
    if (!line.dirty || line.sending || line.refused) return;
    var sent = new FormData(line.form), before = JSON.stringify(Array.from(sent.entries()));
    line.sending = true;
    fetch(line.form.action, { method: "POST", body: sent, credentials: "same-origin", headers: { "X-Requested-With": "fetch" }, redirect: "manual" })
      .then(function (response) {
        if (response.status === 200) return response.json().then(function (answer) { kept(line, answer, before); });
        if (response.status >= 400 && response.status < 500) return response.json().then(function (answer) { refuse(line, response.status, answer); });
        throw new Error(response.status);
      })
      .catch(function () { show(line, "error", "网络不通，已存在本机，恢复后自动发送"); later(line, RETRY); })
      .finally(function () { line.sending = false; if (line.dirty && !line.refused && line.again) { line.again = false; later(line, PAUSE); } });
  }
  function kept(line, answer, before) {
    line.form.elements.seen_version.value = answer.version;
    var now = JSON.stringify(Array.from(new FormData(line.form).entries()));
    if (stripped(now) !== stripped(before)) { store(line); line.again = true; return; }   /* typed on meanwhile */
    line.dirty = false;
    forget(line);
    show(line, "saved", "已保存 " + answer.saved_at);
  }
  function stripped(text) {
    return JSON.stringify(JSON.parse(text).filter(function (pair) { return pair[0] !== "seen_version" && pair[0] !== "csrfmiddlewaretoken"; }));
  }
  function refuse(line, status, answer) {
    if (status === 401 && answer.token && answer.user === line.form.dataset.user) {
      forms.forEach(function (form) { form.elements.csrfmiddlewaretoken.value = answer.token; });
      later(line, PAUSE);
    } else if (status === 401) {
      later(line, RETRY);
    } else {
      line.refused = true;   /* what stands here waits for a word from its author */
      if (status === 409 && answer.version !== undefined) {
        line.form.elements.seen_version.value = answer.version;
        store(line);
        answer.message += "（" + answer.theirs + "）";
      }
    }
    show(line, "error", answer.message);
  }

  lines.forEach(function (line) {
    line.form.addEventListener("input", function () { touched(line); });
    line.form.addEventListener("submit", function (event) {
      event.preventDefault();
      store(line);
      line.dirty = true;
      line.refused = false;
      clearTimeout(line.timer);
      send(line);
    });
    var left = null;
    try { left = JSON.parse(localStorage.getItem(line.key)); } catch (none) { /* goes without */ }
    if (!left) return;
    Object.keys(left).forEach(function (name) { if (line.form.elements[name]) line.form.elements[name].value = left[name]; });
    line.dirty = true;
    show(line, "dirty", "上次没有发送的内容，正在发送…");
    later(line, 0);
  });
  window.addEventListener("online", function () { lines.forEach(function (line) { send(line); }); });
  /* What is kept in this browser is not lost when the page is left; only where it could not be kept does the page ask. */
  window.addEventListener("beforeunload", function (event) {
    if (lines.some(function (line) { return line.dirty && !localStorage.getItem(line.key); })) event.preventDefault();
  });
})();
