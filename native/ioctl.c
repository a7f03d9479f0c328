/*
 * The two things that Node cannot do with a character device by itself: ioctl(2), and waiting for a descriptor without
 * spending a thread on it. Structures are packed in TypeScript (src/hal/buses/gpio-uapi.ts). Plain N-API and libuv,
 * so one build serves every Node of an architecture: scripts/native.mjs.
 */
#include <errno.h>
#include <node_api.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <uv.h>

#define OK(call) \
  if ((call) != napi_ok) return NULL

/* ioctl(fd, request, bytes | integer) -> result, or -errno. The bytes are changed in place. Blocks: only for calls that do not wait. */
static napi_value Ioctl(napi_env env, napi_callback_info info) {
  size_t argc = 3;
  napi_value argv[3], result;
  int32_t fd, status;
  uint32_t request;
  bool bytes;
  OK(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  OK(napi_get_value_int32(env, argv[0], &fd));
  OK(napi_get_value_uint32(env, argv[1], &request));
  OK(napi_is_typedarray(env, argv[2], &bytes));
  if (bytes) {
    void *data;
    OK(napi_get_typedarray_info(env, argv[2], NULL, NULL, &data, NULL, NULL));
    status = ioctl(fd, request, data);
  } else {
    uint32_t number;
    OK(napi_get_value_uint32(env, argv[2], &number));
    status = ioctl(fd, request, (unsigned long)number);
  }
  OK(napi_create_int32(env, status < 0 ? -errno : status, &result));
  return result;
}

typedef struct {
  uv_poll_t poll;
  napi_env env;
  napi_ref callback;
  napi_async_context context;
} Watch;

static void on_readable(uv_poll_t *poll, int status, int events) {
  Watch *watch = poll->data;
  napi_env env = watch->env;
  napi_handle_scope scope;
  napi_value callback, global, argument;
  (void)events;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return;
  /* A descriptor in error is readable for ever: the callback is told once, and must close it. */
  if (status < 0) uv_poll_stop(poll);
  if (napi_get_reference_value(env, watch->callback, &callback) == napi_ok && napi_get_global(env, &global) == napi_ok &&
      napi_create_int32(env, status, &argument) == napi_ok)
    napi_make_callback(env, watch->context, global, callback, 1, &argument, NULL);
  napi_close_handle_scope(env, scope);
}

static void on_closed(uv_handle_t *handle) { free(handle->data); }

static void end_watch(void *data) {
  Watch *watch = data;
  napi_delete_reference(watch->env, watch->callback);
  napi_async_destroy(watch->env, watch->context);
  uv_close((uv_handle_t *)&watch->poll, on_closed);
}

/* The watch is also ended when the environment goes, should nobody have done so. */
static void on_cleanup(void *data) {
  Watch *watch = data;
  if (!uv_is_closing((uv_handle_t *)&watch->poll)) uv_poll_stop(&watch->poll);
}

/* watch(fd, callback) -> handle. The callback gets 0 whenever there is something to read, or a negative error once. */
static napi_value StartWatch(napi_env env, napi_callback_info info) {
  size_t argc = 2;
  napi_value argv[2], name, handle;
  int32_t fd;
  uv_loop_t *loop;
  Watch *watch;
  OK(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  OK(napi_get_value_int32(env, argv[0], &fd));
  OK(napi_get_uv_event_loop(env, &loop));
  watch = calloc(1, sizeof *watch);
  if (watch == NULL) return NULL;
  watch->env = env;
  watch->poll.data = watch;
  if (uv_poll_init(loop, &watch->poll, fd) != 0) {
    free(watch);
    napi_throw_error(env, NULL, "the descriptor cannot be waited for");
    return NULL;
  }
  OK(napi_create_reference(env, argv[1], 1, &watch->callback));
  OK(napi_create_string_utf8(env, "heatmine.watch", NAPI_AUTO_LENGTH, &name));
  OK(napi_async_init(env, NULL, name, &watch->context));
  OK(napi_add_env_cleanup_hook(env, on_cleanup, watch));
  OK(napi_create_external(env, watch, NULL, NULL, &handle));
  uv_poll_start(&watch->poll, UV_READABLE | UV_DISCONNECT, on_readable);
  return handle;
}

/* unwatch(handle), once, before the descriptor is closed. */
static napi_value StopWatch(napi_env env, napi_callback_info info) {
  size_t argc = 1;
  napi_value argv[1];
  void *watch;
  OK(napi_get_cb_info(env, info, &argc, argv, NULL, NULL));
  OK(napi_get_value_external(env, argv[0], &watch));
  uv_poll_stop(&((Watch *)watch)->poll);
  napi_remove_env_cleanup_hook(env, on_cleanup, watch);
  end_watch(watch);
  return NULL;
}

static napi_value Init(napi_env env, napi_value exports) {
  const napi_property_descriptor properties[] = {
      {"ioctl", NULL, Ioctl, NULL, NULL, NULL, napi_default, NULL},
      {"watch", NULL, StartWatch, NULL, NULL, NULL, napi_default, NULL},
      {"unwatch", NULL, StopWatch, NULL, NULL, NULL, napi_default, NULL},
  };
  OK(napi_define_properties(env, exports, sizeof properties / sizeof *properties, properties));
  return exports;
}

NAPI_MODULE(ioctl, Init)
