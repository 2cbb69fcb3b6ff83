// CurlLimit ENDPOINT/BUCKET TRANSFERS < keys: what this libcurl fetches with so many transfers, unsigned and unread.
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static long long received;
static size_t drop(char *data, size_t size, size_t count, void *context) {
  (void)data, (void)context;
  received += (long long)(size * count);
  return size * count;
}
static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc < 3) return 64;
  int transfers = atoi(argv[2]);
  char line[4096], url[8192];
  char **keys = NULL;
  size_t count = 0, room = 0, next = 0, done = 0;
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (count == room) keys = realloc(keys, (room = room ? room * 2 : 1024) * sizeof *keys);
    keys[count++] = strdup(line);
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM *multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)transfers);
  double start = now();
  for (int handle = 0; handle < transfers && next < count; handle++) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    snprintf(url, sizeof url, "%s/%s", argv[1], keys[next++]);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_multi_add_handle(multi, easy);
  }
  while (done < count) {
    int running, left;
    curl_multi_perform(multi, &running);
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
      CURL *easy = message->easy_handle;
      if (message->data.result != CURLE_OK) return fprintf(stderr, "%s\n", curl_easy_strerror(message->data.result)), 1;
      curl_multi_remove_handle(multi, easy);
      done++;
      if (next < count) {
        snprintf(url, sizeof url, "%s/%s", argv[1], keys[next++]);
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_multi_add_handle(multi, easy);
      }
    }
    if (done < count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
  printf("{\"task\": \"limit\", \"objects\": %zu, \"seconds\": %f, \"cpu\": %f, \"bytes\": %lld}\n", count, now() - start, cpu, received);
  return 0;
}
