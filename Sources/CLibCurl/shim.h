#include <curl/curl.h>
// What drives libcurl's sockets; Swift's Glibc module leaves these out.
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Swift cannot call variadic functions: one wrapper for each kind of argument that curl takes.

typedef size_t (*canary_data_callback)(char *data, size_t size, size_t count, void *context);
typedef int (*canary_seek_callback)(void *context, curl_off_t offset, int origin);
typedef int (*canary_socket_callback)(CURL *easy, curl_socket_t socket, int what, void *context, void *data);
typedef int (*canary_timer_callback)(CURLM *multi, long milliseconds, void *context);

static inline CURLcode canary_easy_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode canary_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode canary_easy_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode canary_easy_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode canary_easy_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode canary_easy_set_data_callback(CURL *easy, CURLoption option, canary_data_callback value) {
  return curl_easy_setopt(easy, option, value);
}
static inline CURLcode canary_easy_set_seek_callback(CURL *easy, canary_seek_callback value) {
  return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, value);
}
static inline CURLcode canary_easy_set_opened_callback(CURL *easy, curl_sockopt_callback value) {
  return curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, value);
}
static inline CURLcode canary_easy_set_close_callback(CURL *easy, curl_closesocket_callback value) {
  return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, value);
}
// The bytes are copied (CURL_BLOB_COPY).
static inline CURLcode canary_easy_set_blob(CURL *easy, CURLoption option, const void *data, size_t length) {
  struct curl_blob blob = {.data = (void *)data, .len = length, .flags = CURL_BLOB_COPY};
  return curl_easy_setopt(easy, option, &blob);
}
static inline CURLcode canary_easy_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode canary_easy_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(easy, info, value);
}
static inline CURLcode canary_easy_get_pointer(CURL *easy, CURLINFO info, void **value) {
  return curl_easy_getinfo(easy, info, value);
}
static inline CURLMcode canary_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode canary_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
  return curl_multi_setopt(multi, option, value);
}
static inline CURLMcode canary_multi_set_socket_callback(CURLM *multi, canary_socket_callback value) {
  return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, value);
}
static inline CURLMcode canary_multi_set_timer_callback(CURLM *multi, canary_timer_callback value) {
  return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, value);
}
static inline CURLcode canary_message_result(const CURLMsg *message) { return message->data.result; }
