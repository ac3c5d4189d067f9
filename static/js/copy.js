// A link that can be copied: the button appears where scripts can do it.
(function () {
  "use strict";
  function show() {
    if (!navigator.clipboard) return;
    document.querySelectorAll("[data-copy]").forEach(function (button) { button.hidden = false; });
  }
  show();
  document.addEventListener("htmx:afterSettle", show);
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard.writeText(button.dataset.copy).then(function () { button.textContent = button.dataset.done; });
  });
})();
