'use strict';
/*
 * The console of the API's reference. Its own form for a key asks for a user name, and ours have none, so that the
 * page has a form of its own.
 */
(() => {
  const form = document.getElementById('key');
  const settings = JSON.parse(document.getElementById('swagger-settings').textContent);

  /* Without cookies, so that a wrong key is answered on the page: else the browser asks for a login of its own. */
  function withoutCookies(request) {
    request.credentials = 'omit';
    return request;
  }

  const ui = SwaggerUIBundle({
    ...settings,
    dom_id: '#swagger-ui',
    presets: [SwaggerUIBundle.presets.apis],
    requestInterceptor: withoutCookies,
  });

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const { securitySchemes } = ui.specSelectors.specJson().toJS().components;
    for (const name of Object.keys(securitySchemes)) {
      ui.preauthorizeBasic(name, '', form.elements.value.value.trim());
    }
    form.querySelector('output').hidden = false;
  });
})();
