from django.db import migrations, models


class Migration(migrations.Migration):
    """What was recorded about an action is kept once, in the words it was told in.

    Its kind, answer and what was given were written and never read. The version before goes on writing them, so the
    columns stay in the table, empty and with a default; nothing of CEMS knows them from here on.
    """

    dependencies = [
        ("actions", "0002_doings"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.AlterField("doing", "kind", models.CharField(max_length=40, db_default="")),
                migrations.AlterField("doing", "answer", models.CharField(max_length=40, db_default="")),
                migrations.AlterField("doing", "given", models.JSONField(default=dict, db_default={})),
                migrations.RunSQL(
                    "UPDATE actions_doing SET kind = '', answer = '', given = '{}'",
                    migrations.RunSQL.noop,
                ),
            ],
            state_operations=[
                migrations.RemoveField("doing", "kind"),
                migrations.RemoveField("doing", "answer"),
                migrations.RemoveField("doing", "given"),
            ],
        ),
    ]
