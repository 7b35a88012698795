/* The editor of a rule book: line numbers beside the text, and from a finding to its line. */
(function () {
  "use strict";
  var text = document.getElementById("id_text");
  var lines = document.querySelector(".code-lines");
  if (!text || !lines) return;

  function number() {
    var count = text.value.split("\n").length;
    if (lines.dataset.count === String(count)) return;
    lines.dataset.count = String(count);
    lines.textContent = Array.from({ length: count }, function (_, place) { return place + 1; }).join("\n");
  }
  function follow() { lines.scrollTop = text.scrollTop; }

  lines.hidden = false;
  number();
  text.addEventListener("input", number);
  text.addEventListener("scroll", follow);

  document.querySelectorAll("[data-line]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      var all = text.value.split("\n");
      var line = Math.min(Number(link.dataset.line), all.length) - 1;
      var start = all.slice(0, line).join("\n").length + (line ? 1 : 0);
      text.focus();
      text.setSelectionRange(start, start + all[line].length);
      text.scrollTop = Math.max(0, line - 6) * (text.scrollHeight / all.length);
    });
  });
})();
