/* Community ID, version 1 (Corelight's specification): a name for a flow that
 * Zeek, Suricata, Wireshark and others give it too.  Both directions have the
 * same. */
#ifndef MODEL_COMMUNITY_H
#define MODEL_COMMUNITY_H

#include "model/words.h"

enum { COMMUNITY_ID_SIZE = 2 + 28 + 1 };	/* "1:", base64, 0 */

/* With seed 0, which is what everybody has unless told otherwise. */
void	community_id(const struct flow_key *, char out[COMMUNITY_ID_SIZE]);

#endif
