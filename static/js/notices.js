// Done things can be put away; a form with errors shows its summary first; filters apply when chosen.
(function () {
  "use strict";
  document.querySelectorAll("[data-toast-close]").forEach(function (button) { button.hidden = false; });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-toast-close]");
    if (button) button.closest(".toast").remove();
  });
  var summary = document.querySelector(".error-summary");
  if (summary) summary.focus();
  function applied() {
    document.querySelectorAll("[data-apply]").forEach(function (button) { button.hidden = true; });
  }
  applied();
  document.addEventListener("htmx:afterSettle", applied);
  document.addEventListener("change", function (event) {
    if (event.target.matches("[data-applies]")) event.target.form.requestSubmit();
  });
})();
