import django.contrib.postgres.fields
from django.db import migrations, models

# The Daitch-Mokotoff soundex of each word of a search key, with what it lacks for names here:
# - it takes W for V; after a vowel and not before one, W is a vowel in English ("Shawn" for "Shaun");
# - it takes M and N for one sound ("James" for "Jones"), so the Ms and Ns of the word stand behind the code;
# - it takes all vowels a word begins with for one ("Emma" for "Amy"), so their kind stands before it: A, O, U or E, I;
# - it says next to nothing of a word of one sound ("Lee", "Joe") or of two letters, so that stands for itself.
SOUNDS = r"""
CREATE FUNCTION children_name_sounds(search_key text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(DISTINCT CASE
        WHEN code IS NULL OR code LIKE '_00000' OR length(word) < 3 THEN word
        ELSE translate(left(word, 1), 'aoueibcdfghjklmnpqrstvwxyz0123456789', 'aaaee') || code
            || translate(replace(replace(word, 'mm', 'm'), 'nn', 'n'), 'abcdefghijklopqrstuvwxyz0123456789', '')
        END), '{}')
    FROM unnest(string_to_array(search_key, ' ')) AS word
    LEFT JOIN LATERAL unnest(daitch_mokotoff(regexp_replace(word, '([aeo])w(?![aeiouy])', '\1u', 'g'))) AS code ON true;
END
"""


class Migration(migrations.Migration):
    """How each name sounds, kept by the database beside its search key. The table of names is written once anew."""

    dependencies = [
        ("base", "0004_sounds"),
        ("children", "0007_latin_search_keys"),
    ]

    operations = [
        migrations.RunSQL(SOUNDS, "DROP FUNCTION children_name_sounds(text)"),
        migrations.AddField(
            model_name="childname",
            name="sounds",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("search_key", function="children_name_sounds"),
                output_field=django.contrib.postgres.fields.ArrayField(models.TextField()),
            ),
        ),
    ]
