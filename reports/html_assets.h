/* html.css and html.js as text: made by the build. */
#ifndef REPORTS_HTML_ASSETS_H
#define REPORTS_HTML_ASSETS_H

extern const char html_css[], html_js[];

#endif
