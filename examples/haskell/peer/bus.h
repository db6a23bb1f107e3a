/* librabbitmq for Haskell, whose FFI passes no structures by value.
 * What returns a text returns NULL, or why it failed; the text stays until the next call. */
#include <stddef.h>

struct bus;

/* Changes `url`. A bus is given even if it fails, and has to be closed. */
const char *bus_open(struct bus **bus, char *url, const char *exchange);

/* Has what is published on `topic` delivered to a queue of our own. */
const char *bus_subscribe(struct bus *bus, const char *topic);

const char *bus_publish(struct bus *bus, const char *topic, const void *body,
                        size_t size);

/* Takes what has come, without waiting: the body stays until the next call, and is NULL if there is none. */
const char *bus_take(struct bus *bus, const void **body, size_t *size);

/* Becomes readable when something comes. */
int bus_socket(const struct bus *bus);

void bus_close(struct bus *bus);
