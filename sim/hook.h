/* The hooks: what runs at each, in order of priority. */
#ifndef SIM_HOOK_H
#define SIM_HOOK_H

#include "model/hook.h"

struct sim;
struct packet;

/* Runs all of 'hook': V_ACCEPT, or what ended the packet there (its end has
 * been told by who ended it, see sim_end). */
enum verdict hook_run(struct sim *, struct packet *, enum hook);

#endif
