/* The form of a sheet: adds and removes entries without leaving the page, and shows the fields that a choice asks for.
   Without this file every button saves on the server. What is typed is saved by autosave.js. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-sheet]");
  if (!form) return;
  var state = form.querySelector("[data-save-state]");

  function show(code, text) { state.dataset.saveState = code; state.textContent = text; }
  function touched() { form.dispatchEvent(new CustomEvent("autosave:touched")); }

  form.addEventListener("change", function (event) {
    if (event.target.name && event.target.name.slice(-7) === "-change") reveal(event.target.closest(".entry"));
  });
  form.addEventListener("autosave:kept", function (event) {
    var proposals = event.detail.proposals || {};
    Object.keys(proposals).forEach(function (key) {
      var place = form.querySelector("[data-proposal='" + key + "'] span");
      if (place) place.textContent = proposals[key];
    });
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

  /* A field that takes several names: its list offers each of them behind those that are there already. */
  function offerNext(event) {
    var field = event.target;
    if (!field.matches("[data-several]") || !field.list) return;
    var before = field.value.match(/^(.*[；;])?/)[0], list = field.list;
    if ((list.dataset.before || "") === before) return;
    list.dataset.before = before;
    Array.prototype.forEach.call(list.options, function (option) {
      option.dataset.name = option.dataset.name || option.value;
      option.value = before + option.dataset.name;
    });
  }
  form.addEventListener("input", offerNext);
  form.addEventListener("focusin", offerNext);

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

  /* renewed: it was refused once, because the page is of an earlier sign-in, and has a token of the present one now. */
  function add(button, renewed) {
    var data = new FormData(), token = form.elements.csrfmiddlewaretoken;
    data.append("csrfmiddlewaretoken", token.value);
    data.append("add", button.value);
    fetch(form.dataset.entryUrl, { method: "POST", body: data, credentials: "same-origin", headers: { "X-Requested-With": "fetch" }, redirect: "manual" })
      .then(function (response) {
        if (response.status === 200) return response.text().then(function (html) { insert(button, html); });
        if (response.status < 400 || response.status >= 500) throw new Error(response.status);
        return response.json().then(function (answer) {
          if (renewed || !answer.token || answer.user !== form.dataset.user) { show("error", answer.message); return; }
          token.value = answer.token;
          add(button, true);
        });
      })
      .catch(function () { show("error", "网络不通，暂时不能增加，请稍后再试。"); });
  }
  function insert(button, html) {
    var place = button.closest(".sheet-add"), holder = document.createElement("div");
    holder.innerHTML = html;
    var entry = holder.querySelector(".entry");
    place.parentNode.insertBefore(entry, place);
    reveal(entry);
    var first = entry.querySelector("textarea, input:not([type=hidden]), select");
    if (first) first.focus();
    touched();
  }
})();
