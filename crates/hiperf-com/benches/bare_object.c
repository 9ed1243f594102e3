/* An object with the vtable of IWbemObjectAccess that does the least it can:
 * a handle is the offset of a value, nothing is checked, nothing can be NULL.
 * What hiperf's objects cost above this is what their checks cost. */
#include <stdint.h>
#include <string.h>

enum { SLOTS = 37, ADD_REF = 1, RELEASE = 2, READ_QWORD = 32, WRITE_QWORD = 33 };

typedef int32_t HRESULT;

struct bare_object {
    const void *const *vtable;
    uint64_t counters[20];
};

static HRESULT write_qword(struct bare_object *self, int32_t handle, uint64_t value)
{
    memcpy((char *)self->counters + handle, &value, sizeof value);
    return 0;
}

static HRESULT read_qword(struct bare_object *self, int32_t handle, uint64_t *value)
{
    memcpy(value, (const char *)self->counters + handle, sizeof *value);
    return 0;
}

/* The one object lives as long as the library. */
static uint32_t count_nothing(struct bare_object *self)
{
    (void)self;
    return 1;
}

static const void *const vtable[SLOTS] = {
    [ADD_REF] = (const void *)count_nothing,
    [RELEASE] = (const void *)count_nothing,
    [READ_QWORD] = (const void *)read_qword,
    [WRITE_QWORD] = (const void *)write_qword,
};

static struct bare_object object = { .vtable = vtable };

struct bare_object *bare_object(void)
{
    return &object;
}
