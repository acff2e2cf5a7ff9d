// Stands before the system's getrandom in a test's own process. It fails, or it gives the
// number of the call in every byte. The standard library asks with a flag, for its hash tables, and is answered.
#define _GNU_SOURCE
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

ssize_t getrandom(void *buffer, size_t length, unsigned int flags) {
    static unsigned char calls = 0;
    if (flags != 0 || length == 0) {
        return syscall(SYS_getrandom, buffer, length, flags);
    }
#ifdef FAILS
    errno = EIO;
    return -1;
#else
    memset(buffer, ++calls, length);
    return length;
#endif
}
