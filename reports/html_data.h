/* What the script of a page is told, as JSON in the page. */
#ifndef REPORTS_HTML_DATA_H
#define REPORTS_HTML_DATA_H

#include "reports/html_put.h"

/* <script type="application/json" id="data">: findings and the rules they
 * are about; "nothing" of what the page has not. */
void	html_data(struct html *);

#endif
