// The device's position, rounded to a tenth of a degree, into the form of the locator: one GET and nothing else.
(function () {
  "use strict";
  var button = document.querySelector("[data-position]");
  if (!button || !navigator.geolocation || !window.isSecureContext) return;
  button.hidden = false;
  button.addEventListener("click", function () {
    var form = button.form;
    button.disabled = true;
    navigator.geolocation.getCurrentPosition(
      function (found) {
        form.elements.near.value = form.elements.named.value = "";
        form.elements.at.value = found.coords.latitude.toFixed(1) + "," + found.coords.longitude.toFixed(1);
        form.submit();
      },
      function () {
        button.disabled = false;
        form.querySelector("[data-position-answer]").textContent = button.dataset.refused;
      },
      { maximumAge: 600000, timeout: 10000 }
    );
  });
})();
