/* Small behaviours of every page. Everything works without this file; it only saves steps and prevents slips.

   data-nav-toggle, data-nav-close     the menu on narrow screens (without script: the address #nav)
   data-dismiss                        closes the alert it sits in
   data-confirm="question"             asks before a button or a form acts; also for hx-confirm
     data-confirm-title, data-confirm-ok, data-confirm-tone="danger"
   data-open-dialog="id", data-close-dialog    opens a <dialog>; an <a> with this keeps its address as the way without script
   form (POST)                         is sent once; data-resubmit lifts that (downloads)
   form (POST) with text in it         asks before the page is left with unsaved changes; data-no-guard lifts that, and a form
                                       with data-save-url looks after itself (autosave.js); data-guard-unsaved: also for choices
   [data-save-state]                   inside such a form: says dirty, saving, saved, error
   [data-count-for=id]                 counts the characters of a control with data-limit
   [data-reveal=id]                    shows and hides a password
   [data-autosubmit]                   a select or check box that sends its form at once (filters)
   [data-check-all=name]               ticks all boxes of that name in the form
   [data-print]                        prints the page
   .field-error                        the first one is shown when the page opens, its field focused; [data-first-error] where
                                       there is none
*/
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.remove("no-js");

  function each(selector, within, act) { Array.prototype.forEach.call((within || document).querySelectorAll(selector), act); }
  function on(type, selector, act) {
    document.addEventListener(type, function (event) {
      var target = event.target instanceof Element ? event.target.closest(selector) : null;
      if (target) act(event, target);
    });
  }

  /* ---- Menu on narrow screens ---- */
  var toggle = document.querySelector("[data-nav-toggle]");
  function setNav(open) {
    root.classList.toggle("nav-open", open);
    if (!toggle) return;
    toggle.setAttribute("aria-expanded", String(open));
    if (open) { var first = document.querySelector(".app-nav a"); if (first) first.focus(); } else toggle.focus();
  }
  if (toggle) {
    toggle.setAttribute("role", "button");
    toggle.setAttribute("aria-controls", "nav");
    toggle.setAttribute("aria-expanded", "false");
  }
  on("click", "[data-nav-toggle]", function (event) { event.preventDefault(); setNav(!root.classList.contains("nav-open")); });
  on("click", "[data-nav-close]", function (event) { if (root.classList.contains("nav-open")) { event.preventDefault(); setNav(false); } });

  /* ---- <details> menus close when one looks elsewhere ---- */
  document.addEventListener("click", function (event) {
    each("details.menu[open]", null, function (menu) { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    each("details.menu[open]", null, function (menu) { menu.open = false; menu.querySelector("summary").focus(); });
    if (root.classList.contains("nav-open")) setNav(false);
  });

  /* ---- Alerts ---- */
  on("click", "[data-dismiss]", function (event, button) { button.closest(".alert").remove(); });
  function toast(text) {
    var shape = document.querySelector("template[data-toast]"), place = document.querySelector("[data-toasts]");
    if (!shape || !place) return;
    var copy = shape.content.cloneNode(true);
    copy.querySelector(".alert-body").textContent = text;
    place.replaceChildren(copy);
  }

  /* ---- Dialogs ---- */
  on("click", "[data-open-dialog]", function (event, opener) {
    var dialog = document.getElementById(opener.dataset.openDialog);
    if (!dialog || !dialog.showModal) return;
    event.preventDefault();
    dialog.showModal();
  });
  on("click", "[data-close-dialog]", function (event, button) { button.closest("dialog").close(); });
  each("dialog[data-open-now]", null, function (dialog) { if (dialog.showModal) dialog.showModal(); });

  /* ask(): one dialog for every question; resolves by calling `yes`. */
  var confirmBox = document.querySelector("[data-confirm-dialog]");
  function ask(text, data, yes) {
    if (!confirmBox || !confirmBox.showModal) { if (window.confirm(text)) yes(); return; }
    var ok = confirmBox.querySelector("[value=yes]"), no = confirmBox.querySelector("[value=no]");
    confirmBox.querySelector("h2").textContent = data.confirmTitle || "请确认";
    confirmBox.querySelector(".dialog-body").textContent = text;
    ok.textContent = data.confirmOk || "确定";
    ok.classList.toggle("btn-danger", data.confirmTone === "danger");
    ok.classList.toggle("btn-primary", data.confirmTone !== "danger");
    ok.onclick = function () { confirmBox.close(); yes(); };
    no.onclick = function () { confirmBox.close(); };
    confirmBox.showModal();
    no.focus();
  }
  /* Capture phase: the question comes before htmx or the lock below sees the event. */
  var agreed = null;
  document.addEventListener("click", function (event) {
    var button = event.target instanceof Element ? event.target.closest("button[data-confirm], a[data-confirm]") : null;
    if (!button) return;
    if (agreed === button) { agreed = null; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(button.dataset.confirm, button.dataset, function () { agreed = button; button.click(); });
  }, true);
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.dataset.confirm) return;
    if (agreed === form) { agreed = null; return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    var submitter = event.submitter;
    ask(form.dataset.confirm, form.dataset, function () { agreed = form; form.requestSubmit(submitter || undefined); });
  }, true);
  document.addEventListener("htmx:confirm", function (event) {
    if (!event.detail.question) return;
    event.preventDefault();
    ask(event.detail.question, event.detail.elt.dataset, function () { event.detail.issueRequest(true); });
  });

  /* ---- A form is sent once ---- */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target === "_blank" || "resubmit" in form.dataset) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    clean(form);
    /* After this turn of the loop, so that the pressed button still sends its name. */
    setTimeout(function () {
      each("button[type=submit], button:not([type])", form, function (button) { button.disabled = true; });
      if (event.submitter) event.submitter.classList.add("is-busy");
    }, 0);
  });
  window.addEventListener("pageshow", function (event) {
    if (!event.persisted) return;
    each("form[data-sent]", null, function (form) {
      delete form.dataset.sent;
      each("button:disabled", form, function (button) { button.disabled = false; button.classList.remove("is-busy"); });
    });
  });

  /* ---- Unsaved changes ---- */
  var edits = new WeakMap();   /* form → number of changes made; what was sent is remembered on the request */
  function say(form, state, text) {
    each("[data-save-state]", form, function (place) { place.dataset.saveState = state; place.textContent = text; });
  }
  var WORDS = "textarea, input[type=file], input:not([type]), input[type=text], input[type=date], input[type=url], input[type=email]";
  function guards(form, control) {
    if (!form || form.method !== "post" || "noGuard" in form.dataset || "saveUrl" in form.dataset) return false;
    return "guardUnsaved" in form.dataset || control.matches(WORDS);
  }
  function touched(event) {
    var form = event.target.form || (event.target.closest && event.target.closest("form"));
    if (!guards(form, event.target)) return;
    edits.set(form, (edits.get(form) || 0) + 1);
    form.dataset.dirty = "1";
    say(form, "dirty", "有未保存的修改");
  }
  function clean(form) { delete form.dataset.dirty; }
  document.addEventListener("input", touched);   /* not "change": it comes late, after the save */
  window.addEventListener("beforeunload", function (event) {
    if (document.querySelector("form[data-dirty]")) { event.preventDefault(); event.returnValue = ""; }
  });

  function formOf(element) { return element.closest("form[data-guard-unsaved]") || (element.form && "guardUnsaved" in element.form.dataset ? element.form : null); }
  function saves(detail) { var verb = detail.requestConfig && detail.requestConfig.verb; return verb && verb !== "get"; }
  document.addEventListener("htmx:beforeRequest", function (event) {
    var form = formOf(event.detail.elt);
    if (!form || !saves(event.detail)) return;
    event.detail.xhr.editsSent = edits.get(form) || 0;
    say(form, "saving", "正在保存…");
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = formOf(event.detail.elt), xhr = event.detail.xhr;
    if (!form || !saves(event.detail) || !event.detail.successful || xhr.signInNeeded) return;
    if (xhr.status === 422) { say(form, "error", "有错误，请改正后再保存"); return; }
    if ((edits.get(form) || 0) !== xhr.editsSent) { say(form, "dirty", "有未保存的修改"); return; }
    clean(form);
    each("[data-save-state=saving]", form, function () { say(form, "saved", "已保存"); });
  });
  /* The server's own words replace [data-save-state] (out of band); these speak when it cannot. */
  function failed(event, text) {
    var form = event.detail.elt ? formOf(event.detail.elt) : null;
    if (form && saves(event.detail)) say(form, "error", "未能保存，内容仍在本页");
    toast(text);
  }
  document.addEventListener("htmx:sendError", function (event) { failed(event, "网络不通，刚才的操作没有完成。内容仍在本页，请稍后再试。"); });
  document.addEventListener("htmx:timeout", function (event) { failed(event, "等待时间过长，刚才的操作没有完成。内容仍在本页，请稍后再试。"); });
  /* A session that ran out answers with the sign-in page: never put that into a fragment. */
  document.addEventListener("htmx:beforeSwap", function (event) {
    var answer = event.detail.serverResponse;
    if (typeof answer !== "string" || answer.indexOf("data-sign-in") < 0) return;
    event.detail.shouldSwap = false;
    event.detail.xhr.signInNeeded = true;
    failed(event, "登录已过期。请在新窗口登录后再试，内容仍在本页。");
  });
  document.addEventListener("htmx:responseError", function (event) {
    var code = event.detail.xhr.status;
    failed(event,
      code === 401 ? "登录已过期。请在新窗口登录后再试，内容仍在本页。" :
      code === 409 ? "内容已被他人更新，系统没有覆盖。请复制刚才填写的内容，再刷新本页核对。" :
      code === 403 ? "没有权限，或登录已过期。请在新窗口登录后再试，内容仍在本页。" :
      code === 404 ? "这项内容已不存在或不再对您开放，请刷新本页。" :
      code === 413 ? "文件过大，没有上传。" :
      code === 429 ? "操作过于频繁，请稍候再试。" :
      "系统没有完成这次操作，请稍后再试。内容仍在本页。");
  });

  /* ---- Characters counted ---- */
  function count(control) {
    if (!control.id) return;
    var place = document.querySelector('[data-count-for="' + CSS.escape(control.id) + '"]');
    if (!place) {   /* forms that no template of ours draws */
      place = document.createElement("span");
      place.className = "field-count";
      place.dataset.countFor = control.id;
      control.after(place);
    }
    var limit = Number(control.dataset.limit), length = Array.from(control.value).length;
    place.hidden = length < limit * 0.6;
    place.textContent = length > limit ? "超出 " + (length - limit) + " 字" : length + " / " + limit;
    place.classList.toggle("is-over", length > limit);
  }
  on("input", "[data-limit]", function (event, control) { count(control); });

  /* ---- Small ones ---- */
  on("click", "[data-reveal]", function (event, button) {
    var input = document.getElementById(button.dataset.reveal), show = input.type === "password";
    input.type = show ? "text" : "password";
    button.textContent = show ? "隐藏" : "显示";
    button.setAttribute("aria-pressed", String(show));
  });
  on("change", "[data-autosubmit]", function (event, control) { control.form.requestSubmit(); });
  on("change", "[data-check-all]", function (event, box) {
    each('input[type=checkbox][name="' + CSS.escape(box.dataset.checkAll) + '"]:not(:disabled)', box.form || document, function (other) { other.checked = box.checked; });
  });
  on("click", "[data-print]", function () { window.print(); });

  /* ---- What is wrong comes into view ---- */
  /* Once every script has run: the form of a sheet folds away what a choice does not ask for. */
  document.addEventListener("DOMContentLoaded", function () {
    var summary = document.querySelector(".app-page .alert-danger"), wrong = null;
    each(".app-page .field-error", null, function (place) { if (!wrong && place.getClientRects().length) wrong = place; });
    if (!wrong) { each("[data-first-error]", null, function (place) { place.focus(); }); return; }
    var field = wrong.closest(".field, .verdict, .entry, td") || wrong.parentNode;
    var control = field.querySelector("[aria-invalid=true]") || field.querySelector("textarea, select, input:not([type=hidden])");
    if (control) control.focus({ preventScroll: true });
    wrong.scrollIntoView({ block: "center" });
    if (summary) toast((summary.querySelector(".alert-title") || summary.querySelector(".alert-body")).textContent.trim());
  });

  function prepare(within) { each("[data-limit]", within, count); }
  prepare(document);
  document.addEventListener("htmx:load", function (event) { prepare(event.detail.elt); });
})();
