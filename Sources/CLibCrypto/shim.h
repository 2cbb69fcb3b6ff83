#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/md5.h>
#include <openssl/crypto.h>
#include <openssl/params.h>

// Here, since the parameters' names must outlive the array that points to them.
static inline int canary_hmac_sha256_init(EVP_MAC_CTX *context, const unsigned char *key, size_t length) {
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", (char *)"SHA256", 0), OSSL_PARAM_construct_end()};
  return EVP_MAC_init(context, key, length, parameters);
}
