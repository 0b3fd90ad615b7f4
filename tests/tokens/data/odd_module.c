/* SPDX-License-Identifier: Apache-2.0
 *
 * A card module that misbehaves: C_Login never answers, searching aborts.
 * Built as a shared object by the test that uses it.  With OPENSC_CONF set
 * one PIN try is left.  With TPM2_PKCS11_STORE set, or built with ODD_PAD, it
 * is a reader with a PIN pad: it takes no PIN but from the pad; and its card
 * holds nothing; with ODD_BLANK it is not initialised when a process begins.
 * It chatters on stdout and stderr, and its label names the first variable
 * that would make a module write a log.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

static const char *const debug[] = { "YKCS11_DBG", "OPENSC_DEBUG",
	"PKCS11SPY", "PKCS11SPY_OUTPUT", "LIBPCSCLITE_DEBUG", "SOFTHSM2_DEBUG",
	"OPENCRYPTOKI_TRACE_LEVEL", "TPM2_PKCS11_LOG_LEVEL", "TSS2_LOG" };

#ifdef ODD_BLANK
static bool blank = true;
#else
static bool blank;
#endif

static bool
on_pad(void)
{
#ifdef ODD_PAD
	return true;
#else
	return getenv("TPM2_PKCS11_STORE") != NULL;
#endif
}

static CK_RV
initialize(void *args)
{
	(void)args;
	(void)puts("odd-chatter");
	(void)fflush(stdout);
	(void)fputs("odd-chatter\n", stderr);
	return CKR_OK;
}

static CK_RV
get_info(CK_INFO *info)
{
	memset(info, 0, sizeof *info);
	info->cryptokiVersion.major = 2;
	return CKR_OK;
}

static CK_RV
get_slot_list(CK_BBOOL present, CK_SLOT_ID *list, CK_ULONG *n)
{
	(void)present;
	if (list != NULL)
		list[0] = 5;
	*n = 1;
	return CKR_OK;
}

static CK_RV
get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info)
{
	(void)slot;
	memset(info, ' ', sizeof *info);
	info->flags = CKF_TOKEN_PRESENT;
	return CKR_OK;
}

static CK_RV
get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	(void)slot;
	memset(info, ' ', sizeof *info);
	memcpy(info->serialNumber, "odd", 3);
	for (size_t i = sizeof debug / sizeof *debug; i-- > 0; )
		if (getenv(debug[i]) != NULL)
			memcpy(info->label, debug[i], strlen(debug[i]));
	info->ulMinPinLen = 4;
	info->ulMaxPinLen = 8;
	if (!blank)
		info->flags = CKF_TOKEN_INITIALIZED |
		    CKF_USER_PIN_INITIALIZED;
	else
		info->flags = 0;
	if (on_pad())
		info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
	if (getenv("OPENSC_CONF") != NULL)
		info->flags |= CKF_USER_PIN_FINAL_TRY;
	return CKR_OK;
}

/* It makes no keys. */
static CK_RV
get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type,
    CK_MECHANISM_INFO *info)
{
	(void)slot;
	(void)type;
	(void)info;
	return CKR_MECHANISM_INVALID;
}

static CK_RV
open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *app, CK_NOTIFY notify,
    CK_SESSION_HANDLE *ret)
{
	(void)slot;
	(void)flags;
	(void)app;
	(void)notify;
	*ret = 1;
	return CKR_OK;
}

static CK_RV
close_session(CK_SESSION_HANDLE s)
{
	(void)s;
	return CKR_OK;
}

/* What is typed on the pad never comes through here. */
static CK_RV
from_pad(const CK_UTF8CHAR *pin, CK_ULONG len)
{
	return pin == NULL && len == 0 ? CKR_OK : CKR_PIN_INCORRECT;
}

static CK_RV
logout(CK_SESSION_HANDLE s)
{
	(void)s;
	return CKR_OK;
}

static CK_RV
init_token(CK_SLOT_ID slot, CK_UTF8CHAR *pin, CK_ULONG len,
    CK_UTF8CHAR *label)
{
	(void)slot;
	(void)label;
	blank = false;
	return from_pad(pin, len);
}

static CK_RV
init_pin(CK_SESSION_HANDLE s, CK_UTF8CHAR *pin, CK_ULONG len)
{
	(void)s;
	return from_pad(pin, len);
}

static CK_RV
set_pin(CK_SESSION_HANDLE s, CK_UTF8CHAR *old, CK_ULONG old_len,
    CK_UTF8CHAR *pin, CK_ULONG len)
{
	(void)s;
	return from_pad(old, old_len) != CKR_OK ? CKR_PIN_INCORRECT :
	    from_pad(pin, len);
}

static CK_RV
login(CK_SESSION_HANDLE s, CK_USER_TYPE user, CK_UTF8CHAR *pin, CK_ULONG len)
{
	(void)s;
	(void)user;
	if (on_pad())
		return from_pad(pin, len);
	for (;;)
		(void)pause();
	return CKR_FUNCTION_FAILED;
}

static CK_RV
find_init(CK_SESSION_HANDLE s, CK_ATTRIBUTE *t, CK_ULONG n)
{
	(void)s;
	(void)t;
	(void)n;
	if (on_pad())
		return CKR_OK;
	abort();
}

static CK_RV
find(CK_SESSION_HANDLE s, CK_OBJECT_HANDLE *h, CK_ULONG max, CK_ULONG *n)
{
	(void)s;
	(void)h;
	(void)max;
	*n = 0;
	return CKR_OK;
}

static CK_FUNCTION_LIST list = {
	.version = { 2, 20 },
	.C_Initialize = initialize,
	.C_Finalize = initialize,
	.C_GetInfo = get_info,
	.C_GetSlotList = get_slot_list,
	.C_GetSlotInfo = get_slot_info,
	.C_GetTokenInfo = get_token_info,
	.C_GetMechanismInfo = get_mechanism_info,
	.C_OpenSession = open_session,
	.C_CloseSession = close_session,
	.C_InitToken = init_token,
	.C_InitPIN = init_pin,
	.C_SetPIN = set_pin,
	.C_Login = login,
	.C_Logout = logout,
	.C_FindObjectsInit = find_init,
	.C_FindObjects = find,
	.C_FindObjectsFinal = logout,
};

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret)
{
	*ret = &list;
	return CKR_OK;
}
