#include "bus.h"

/* Where they are from 0.12 on, and before. */
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_tcp_socket.h>
#endif
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { CHANNEL = 1, NO_HEARTBEAT = 0, CONNECT_SECONDS = 10, TEXT = 400 };

struct bus {
  amqp_connection_state_t connection;
  char exchange[256];
  amqp_envelope_t envelope;
  bool has_envelope;
  char failure[TEXT];
};

static const char *fail(struct bus *bus, const char *what, const char *why) {
  snprintf(bus->failure, TEXT, "Cannot %s: %s", what, why);
  return bus->failure;
}

/* What the broker says as it closes a channel or a connection: both begin with a code and a text. */
static const char *closed(struct bus *bus, const char *what,
                          amqp_method_t method) {
  amqp_bytes_t text = amqp_empty_bytes;
  if (method.id == AMQP_CHANNEL_CLOSE_METHOD) {
    text = ((amqp_channel_close_t *)method.decoded)->reply_text;
  } else if (method.id == AMQP_CONNECTION_CLOSE_METHOD) {
    text = ((amqp_connection_close_t *)method.decoded)->reply_text;
  } else {
    return fail(bus, what, amqp_method_name(method.id));
  }
  char copy[256];
  snprintf(copy, sizeof copy, "%.*s", (int)text.len, (char *)text.bytes);
  return fail(bus, what, copy);
}

/* NULL if the broker has done what it was asked for. */
static const char *failure_of(struct bus *bus, const char *what,
                              amqp_rpc_reply_t reply) {
  switch (reply.reply_type) {
    case AMQP_RESPONSE_NORMAL:
      return NULL;
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      return closed(bus, what, reply.reply);
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
      return fail(bus, what, amqp_error_string2(reply.library_error));
    default:
      return fail(bus, what, "the connection has ended");
  }
}

static const char *last_failure(struct bus *bus, const char *what) {
  return failure_of(bus, what, amqp_get_rpc_reply(bus->connection));
}

const char *bus_open(struct bus **out, char *url, const char *exchange) {
  struct bus *bus = *out = calloc(1, sizeof *bus);
  if (bus == NULL || (bus->connection = amqp_new_connection()) == NULL) {
    return "Cannot connect: no memory";
  }
  struct amqp_connection_info to;
  if (amqp_parse_url(url, &to) != AMQP_STATUS_OK || to.ssl) {
    return fail(bus, "connect", "the URL isn't like amqp://user:password@host:5672/%2f");
  }
  if (strlen(exchange) >= sizeof bus->exchange) {
    return fail(bus, "connect", "the exchange's name is longer than 255 bytes");
  }
  strcpy(bus->exchange, exchange);

  char what[TEXT / 2]; /* without the password */
  snprintf(what, sizeof what, "connect to %s:%d", to.host, to.port);
  amqp_socket_t *socket = amqp_tcp_socket_new(bus->connection);
  if (socket == NULL) return fail(bus, what, "no memory");
  struct timeval patience = {.tv_sec = CONNECT_SECONDS};
  int status = amqp_socket_open_noblock(socket, to.host, to.port, &patience);
  if (status != AMQP_STATUS_OK) {
    return fail(bus, what, amqp_error_string2(status));
  }
  const char *failure = failure_of(
      bus, what,
      amqp_login(bus->connection, to.vhost, AMQP_DEFAULT_MAX_CHANNELS,
                 AMQP_DEFAULT_FRAME_SIZE, NO_HEARTBEAT, AMQP_SASL_METHOD_PLAIN,
                 to.user, to.password));
  if (failure != NULL) return failure;
  amqp_channel_open(bus->connection, CHANNEL);
  if ((failure = last_failure(bus, "open a channel")) != NULL) return failure;

  /* As processes of Rust and of TypeScript declare it: a topic exchange that isn't durable. */
  amqp_exchange_declare(bus->connection, CHANNEL,
                        amqp_cstring_bytes(bus->exchange),
                        amqp_cstring_bytes("topic"), false, false, false, false,
                        amqp_empty_table);
  return last_failure(bus, "declare the exchange");
}

const char *bus_subscribe(struct bus *bus, const char *topic) {
  /* Named by the broker, exclusive: it goes with this connection. */
  amqp_queue_declare_ok_t *queue =
      amqp_queue_declare(bus->connection, CHANNEL, amqp_empty_bytes, false,
                         false, true, true, amqp_empty_table);
  const char *failure = last_failure(bus, "declare a queue");
  if (failure != NULL) return failure;
  amqp_bytes_t name = amqp_bytes_malloc_dup(queue->queue);
  if (name.bytes == NULL) return fail(bus, "subscribe", "no memory");
  amqp_queue_bind(bus->connection, CHANNEL, name,
                  amqp_cstring_bytes(bus->exchange), amqp_cstring_bytes(topic),
                  amqp_empty_table);
  failure = last_failure(bus, "bind a queue");
  if (failure == NULL) {
    /* Nothing is acknowledged: no queue would be left to give it again. */
    amqp_basic_consume(bus->connection, CHANNEL, name, amqp_empty_bytes, false,
                       true, true, amqp_empty_table);
    failure = last_failure(bus, "subscribe");
  }
  amqp_bytes_free(name);
  return failure;
}

const char *bus_publish(struct bus *bus, const char *topic, const void *body,
                        size_t size) {
  amqp_bytes_t bytes = {.len = size, .bytes = (void *)body};
  int status = amqp_basic_publish(
      bus->connection, CHANNEL, amqp_cstring_bytes(bus->exchange),
      amqp_cstring_bytes(topic), false, false, NULL, bytes);
  if (status == AMQP_STATUS_OK) return NULL;
  return fail(bus, "publish", amqp_error_string2(status));
}

static void release(struct bus *bus) {
  if (bus->has_envelope) amqp_destroy_envelope(&bus->envelope);
  bus->has_envelope = false;
  if (bus->connection != NULL) amqp_maybe_release_buffers(bus->connection);
}

const char *bus_take(struct bus *bus, const void **body, size_t *size) {
  release(bus);
  *body = NULL;
  *size = 0;
  struct timeval now = {0};
  amqp_rpc_reply_t reply =
      amqp_consume_message(bus->connection, &bus->envelope, &now, 0);
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
    bus->has_envelope = true;
    amqp_bytes_t bytes = bus->envelope.message.body;
    *body = bytes.len == 0 ? "" : bytes.bytes;
    *size = bytes.len;
    return NULL;
  }
  if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) {
    if (reply.library_error == AMQP_STATUS_TIMEOUT) return NULL;
    if (reply.library_error == AMQP_STATUS_UNEXPECTED_STATE) {
      /* No delivery: the broker ends the subscription, the channel or the connection, and says why. */
      amqp_frame_t frame;
      if (amqp_simple_wait_frame_noblock(bus->connection, &frame, &now) ==
              AMQP_STATUS_OK &&
          frame.frame_type == AMQP_FRAME_METHOD) {
        return closed(bus, "listen", frame.payload.method);
      }
    }
  }
  return failure_of(bus, "listen", reply);
}

int bus_socket(const struct bus *bus) {
  return amqp_get_sockfd(bus->connection);
}

void bus_close(struct bus *bus) {
  if (bus == NULL) return;
  release(bus);
  if (bus->connection != NULL) {
    struct timeval patience = {.tv_sec = 1};
    amqp_set_rpc_timeout(bus->connection, &patience);
    amqp_connection_close(bus->connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(bus->connection);
  }
  free(bus);
}
