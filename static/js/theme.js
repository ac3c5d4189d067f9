// Theme: the form works without this; here the page changes at once and the choice is stored behind it.
(function () {
  "use strict";
  document.addEventListener("submit", function (event) {
    var form = event.target;
    var button = event.submitter;
    if (!form.matches("[data-theme-form]") || !button) return;
    event.preventDefault();
    var body = new FormData(form);
    body.set(button.name, button.value);
    var root = document.documentElement;
    if (button.value === "system") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", button.value);
    var twin = form.querySelector("button:not([hidden]):not([value='" + button.value + "'])");
    if (twin && twin.offsetParent) twin.focus();
    fetch(form.action, { method: "POST", body: body, credentials: "same-origin", redirect: "manual" });
  });
})();
