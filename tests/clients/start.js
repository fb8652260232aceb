'use strict';
/* The page's own configuration comes from the test, before any script of the page runs. */
window.widget = new TimekitBooking();
window.widget.init(window.widgetConfig);
