/* The steps of a power: another row without leaving the page. Without this file the button saves, and rows come with it. */
(function () {
  "use strict";
  function key() {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = bytes[6] & 15 | 64;
    bytes[8] = bytes[8] & 63 | 128;
    var text = Array.from(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
    return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  function add(field) {
    var rows = field.querySelectorAll("[data-step-row]");
    var last = rows[rows.length - 1], row = last.cloneNode(true), number = rows.length, fresh = key();
    row.querySelectorAll("[name]").forEach(function (control) {
      control.name = control.name.replace(/-[0-9]+-([a-z_0-9]+)$/, "-" + number + "-$1");
      control.value = control.matches("[data-step-key]") ? fresh : "";
    });
    row.querySelector("[data-step-number]").textContent = "第" + (number + 1) + "步";
    /* The copy may point to the row it was copied from, and every other row to the copy. */
    row.querySelectorAll("select").forEach(function (select) {
      select.appendChild(new Option("第" + number + "步", last.querySelector("[data-step-key]").value));
    });
    rows.forEach(function (other) {
      other.querySelectorAll("select").forEach(function (select) {
        select.appendChild(new Option("第" + (number + 1) + "步", fresh));
      });
    });
    last.after(row);
    row.querySelector("input[type=text]").focus();
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-step-add]");
    if (!button) return;
    event.preventDefault();
    add(button.closest("[data-steps]"));
  });
})();
