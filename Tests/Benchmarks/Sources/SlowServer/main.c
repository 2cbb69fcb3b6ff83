#define _GNU_SOURCE
// SlowServer delay PORT UPSTREAM MILLISECONDS: a proxy on loopback that holds every answer back, as a far server does.
// SlowServer list PORT KEYS:                   answers every request with a page of ListObjectsV2, KEYS keys in all.
// One thread for each connection; ends with its standard input.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static int upstream_port, milliseconds;
static long keys;

static struct sockaddr_in address_of(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static int send_all(int socket, const char *bytes, size_t length) {
  for (size_t sent = 0; sent < length;) {
    ssize_t count = send(socket, bytes + sent, length - sent, MSG_NOSIGNAL);
    if (count <= 0) return 0;
    sent += (size_t)count;
  }
  return 1;
}

// Reads a head, and as much of what follows as came with it; its length, or 0 at the end.
static size_t read_head(int socket, char *buffer, size_t room, size_t *received) {
  *received = 0;
  while (*received < room - 1) {
    ssize_t count = recv(socket, buffer + *received, room - 1 - *received, 0);
    if (count <= 0) return 0;
    *received += (size_t)count;
    buffer[*received] = 0;
    char *end = strstr(buffer, "\r\n\r\n");
    if (end) return (size_t)(end + 4 - buffer);
  }
  return 0;
}

// Requests have no bodies here.
static void delay(int client) {
  static const size_t room = 1 << 20;
  char *buffer = malloc(room);
  int upstream = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in address = address_of(upstream_port);
  setsockopt(upstream, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  size_t received, length;
  if (connect(upstream, (struct sockaddr *)&address, sizeof address)) goto end;
  while ((length = read_head(client, buffer, room, &received))) {
    if (!send_all(upstream, buffer, received)) break;
    if (!(length = read_head(upstream, buffer, room, &received))) break;
    char *field = strcasestr(buffer, "content-length:");
    size_t whole = length + (field ? strtoul(field + 15, NULL, 10) : 0);
    usleep((useconds_t)milliseconds * 1000);
    if (!send_all(client, buffer, received)) break;
    while (received < whole) {
      ssize_t count = recv(upstream, buffer, room, 0);
      if (count <= 0 || !send_all(client, buffer, (size_t)count)) goto end;
      received += (size_t)count;
    }
  }
end:
  close(upstream);
  free(buffer);
}

static void list(int client) {
  char *request = malloc(1 << 16), *body = malloc(1 << 20), head[128];
  size_t received;
  while (read_head(client, request, 1 << 16, &received)) {
    char *token = strstr(request, "continuation-token=");
    long first = token ? atol(token + 19) : 0, end = first + 1000 < keys ? first + 1000 : keys;
    char *at = body + sprintf(body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>%s</IsTruncated><NextContinuationToken>%ld</NextContinuationToken>", end < keys ? "true" : "false", end);
    for (long key = first; key < end; key++)
      at += sprintf(at, "<Contents><Key>raw/public/customers/20261123-%09ld.parquet</Key><LastModified>2026-11-23T22:54:01.000Z</LastModified><ETag>&quot;%032lx&quot;</ETag><Size>%ld</Size><StorageClass>STANDARD</StorageClass></Contents>", key, key, 20000 + key);
    at += sprintf(at, "</ListBucketResult>");
    int length = sprintf(head, "HTTP/1.1 200 OK\r\nContent-Length: %td\r\n\r\n", at - body);
    if (!send_all(client, head, (size_t)length) || !send_all(client, body, (size_t)(at - body))) break;
  }
  free(request), free(body);
}

static void *serve(void *argument) {
  int client = (int)(long)argument, on = 1;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  keys ? list(client) : delay(client);
  close(client);
  return NULL;
}

static void *accept_all(void *argument) {
  int listener = (int)(long)argument;
  for (;;) {
    int client = accept(listener, NULL, NULL);
    pthread_t thread;
    if (client >= 0 && !pthread_create(&thread, NULL, serve, (void *)(long)client)) pthread_detach(thread);
  }
  return NULL;
}

int main(int argc, char **argv) {
  if (argc < 4) return 64;
  if (!strcmp(argv[1], "list")) keys = atol(argv[3]);
  else if (argc > 4) upstream_port = atoi(argv[3]), milliseconds = atoi(argv[4]);
  else return 64;
  int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = address_of(atoi(argv[2]));
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 512)) return perror("listen"), 1;
  pthread_t thread;
  pthread_create(&thread, NULL, accept_all, (void *)(long)listener);
  puts("ready"), fflush(stdout);
  while (getchar() != EOF) {}
  return 0;
}
