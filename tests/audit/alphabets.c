/* SPDX-License-Identifier: Apache-2.0
 *
 * A page with the Latin, Greek and Cyrillic alphabets in each font of a
 * transcript: alphabets OUT.pdf.  And words that must be broken, letters the
 * fonts lack, and what is longer than a page.
 */
#include <stdio.h>
#include <string.h>

#include "audit/doc.h"
#include "audit/page.h"
#include "base/file.h"

/* Without use_all of audit/page.c the horns of Vietnamese and the breathings
 * of Greek are missing; the other lines are whole all the same. */
static const char *const lines[] = {
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 01234567",
	"ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞß àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ",
	"ĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽ",
	"āăąćĉċčďđēĕėęěĝğġģĥħĩīĭįıĳĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżž",
	"ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ αβγδεζηθικλμνξοπρσςτυφχψω ΆΈΉΊΌΎΏ άέήίόύώϊΐ",
	"АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ ЂЃЄЅІЇЈЉЊЋЌЎЏ Ґ",
	"абвгдеёжзийклмнопрстуфхцчшщъыьэюя ђѓєѕіїјљњћќўџ ґ",
	"ǞǠǬǮǺǼǾȪȬȮȰ ṨṤṦ ẤẦẨẪẬ ẮẰẲẴẶ ẾỀỂỄỆ ỐỒỔỖỘ ỚỜỞỠỢ ỨỪỬỮỰ ǰ",
	"ǟǡǭǯǻǽǿȫȭȯȱ ṩṥṧ ấầẩẫậ ắằẳẵặ ếềểễệ ốồổỗộ ớờởỡợ ứừửữự",
	"ἂἃἄἅἆἇᾀᾁᾂᾃᾄᾅᾆᾇ ἢἣἤἥἦἧ ὂὃὄὅ ὢὣὤὥὦὧ ᾲᾳᾴᾶᾷ ἌἍἎἏ Ӂӂ Ӑӑ Ӓӓ Ӝӝ Ӣӣ Ӧӧ Ӱӱ",
	"ǍǏǑǓǕǗǙǛ ǎǐǒǔǖǘǚǜ ẀẂẄỲ ẁẃẅỳ – — ‘ ’ “ ” „ … • € № → ✓",
};

/* Numbered words: those of a text that a page cuts are missed. */
static kc_result
count(unsigned n, struct kc_buf *ret, struct kc_err *err)
{
	kc_result r = KC_DONE;

	for (unsigned i = 1; i <= n && kc_ok(r); i++)
		r = kc_buf_addf(ret, err, "%sn%04u", i > 1 ? " " : "", i);
	return r;
}

static kc_result
add_long(json_t *doc, struct kc_err *err)
{
	struct kc_buf item = { 0 }, cell = { 0 };
	json_t *rows = NULL;
	kc_result r;

	KC_TRY(r, count(3000, &item, err));
	KC_TRY(r, count(1500, &cell, err));
	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Longer than a page"));
	KC_TRY(r, AUD_DOC(doc, "li", 0, err, kc_buf_str(&item)));
	KC_TRY(r, aud_doc_table(doc, (const char *const[]){ "number",
	    "cell" }, 2, &rows, err));
	KC_TRY(r, aud_doc_row(rows, (const char *const[]){ "1",
	    kc_buf_str(&cell) }, 2, err));
	r = aud_doc_row(rows, (const char *const[]){ "2", "after it" }, 2,
	    err);
out:
	kc_buf_free(&cell);
	kc_buf_free(&item);
	return r;
}

static kc_result
make(const char *out, struct kc_err *err)
{
	json_t *doc = json_array(), *rows = NULL;
	struct kc_buf pdf = { 0 };
	kc_result r;

	KC_TRY(r, AUD_DOC(doc, "h", 1, err, "Alphabets"));
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		KC_TRY(r, AUD_DOC(doc, "p", 0, err, lines[i], lines[i]));
	KC_TRY(r, AUD_DOC(doc, "h", 2, err, "Words that are broken"));
	KC_TRY(r, aud_doc_table(doc, (const char *const[]){ "hexadecimal",
	    "one word", "words" }, 3, &rows, err));
	KC_TRY(r, aud_doc_row(rows, (const char *const[]){
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff",
	    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunter"
	    "beamtengesellschaft", "a few words that go over two lines and "
	    "perhaps three of them" }, 3, err));
	KC_TRY(r, AUD_DOC(doc, "p", 0, err, "a漢字b and 😀: letters that no "
	    "font of ours has"));
	KC_TRY(r, add_long(doc, err));
	KC_TRY(r, aud_doc_pdf(doc, &(struct page_edge){ "alphabets",
	    "a foot" }, "REHEARSAL", &pdf, err));
	r = kc_file_write_new(out, pdf.p, pdf.len, 0644, err);
out:
	kc_buf_free(&pdf);
	json_decref(doc);
	return r;
}

int
main(int argc, char **argv)
{
	struct kc_err err = { 0 };

	if (argc != 2 || !kc_ok(make(argv[1], &err))) {
		(void)fprintf(stderr, "alphabets: %s\n", err.msg);
		return 1;
	}
	return 0;
}
