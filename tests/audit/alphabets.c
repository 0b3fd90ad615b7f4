/* SPDX-License-Identifier: Apache-2.0
 *
 * A page with the Latin, Greek and Cyrillic alphabets in each font of a
 * transcript: alphabets OUT.pdf.  And words that must be broken.
 */
#include <stdio.h>
#include <string.h>

#include "audit/doc.h"
#include "base/file.h"

static const char *const lines[] = {
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz 01234567",
	"ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞß àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿ",
	"ĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮİĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽ",
	"āăąćĉċčďđēĕėęěĝğġģĥħĩīĭįıĳĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷźżž",
	"ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ αβγδεζηθικλμνξοπρσςτυφχψω ΆΈΉΊΌΎΏ άέήίόύώϊΐ",
	"АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ ЂЃЄЅІЇЈЉЊЋЌЎЏ Ґ",
	"абвгдеёжзийклмнопрстуфхцчшщъыьэюя ђѓєѕіїјљњћќўџ ґ",
	"ǍǏǑǓǕǗǙǛ ǎǐǒǔǖǘǚǜ ẀẂẄỲ ẁẃẅỳ – — ‘ ’ “ ” „ … • € № → ✓",
};

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
	KC_TRY(r, aud_doc_pdf(doc, "alphabets", "REHEARSAL", &pdf, err));
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
