"""Which commands write nothing into the audit, and why (A3). Both guards of the audit read these.

An entry that names no command, or one that does audit, is stale and fails.
"""

# Write rows, alone, and leave no row in the audit.
UNAUDITED = {
    "plans.services.provider.sync": "the partnership's own file, whose history the release keeps",
    "cems.accounts.directory.reference.sync": "the first helplines, whose history the release keeps",
    "cems.accounts.reference.sync": "the partnership's own file, whose history the release keeps",
    "cems.accounts.services.person.departures_tell": "audited when the day was set; what follows audits itself",
    "cems.accounts.services.second_factor.code_spend": "a code is used up; what it lets in is audited",
    "cems.accounts.services.token._note_use": "when a key was last used; what was read with it is audited",
    "cems.base.services.expiry.expired_clear": "keys of forms and ended sessions: no record of anybody's use",
    "cems.base.services.heartbeat.heartbeat_mark": "nobody acts: that background work was done",
    "cems.base.services.form_draft.form_draft_discard": "one's own words, which were never part of a record",
    "cems.base.services.form_draft.form_draft_save": "one's own words, no part of a record until they are sent",
    "cems.base.services.form_draft.form_drafts_sent": "one's own words; what was sent audits itself",
    "cems.base.services.presence._note": "a courtesy between colleagues, gone within the hour: no record of use",
    "cems.children.access.grants.rebuild": "a projection: the involvement or post it follows was audited",
    "cems.children.identity.reference.sync": "search keys of names that stay as they are",
    "cems.clocks.services.feed._note_use": "when a key was last used; the feed itself is audited",
    "cems.clocks.sweeping._sweep_batch": "the clock acts by itself: its transitions are the history",
    "cems.notices.outbox._claim": "nobody acts: a lease on mail that was told already",
    "cems.notices.services._write_now": "what people are told rests on a change that was audited",
    "cems.notices.services.notices_read": "one's own notices",
    "cems.notices.services.notices_settle": "what these notices asked for is done, and was audited",
    "demo.fill._keep_present": "which day the demonstration was filled for; its people and children are audited",
}

# Audit what a person does, and leave no row where nobody acted.
SOMETIMES = {
    "triage.advice.services.sync": "the first library comes with a release, and its history with it",
}

# Steps: each is part of a command that audits, and is watched to be so.
PARTS = {
    "cems.children.identity.services.identifier.identifier_resume": "the end of a seal, or of a merge",
    "cems.base.idempotency.once": "what it performs audits",
    "cems.children.access.services.matter.submitter_note": "the record or the matrix that was submitted",
    "cems.children.identity.services.former_value.address_withhold": "the address that is kept, or the merge",
    "cems.children.identity.services.former_value.former_values_keep": "the correction or the merge",
    "cems.children.identity.services.record.name_register": "the record, name or merge it is for",
    "cems.children.matching.services.merge_choice.choices_decide": "the merge",
    "cems.children.matching.services.merge_choice.choices_put_back": "the undoing of the merge",
    "cems.children.matching.services.merge_facts.addresses_put_back": "the undoing of the merge",
    "cems.children.matching.services.merge_facts.facts_decide": "the merge",
    "cems.children.matching.services.merge_facts.facts_put_back": "the undoing of the merge",
    "cems.children.history.services.level.level_point": "the level that was agreed, or the merge",
    "cems.meetings.services.contribution.contributions_freeze": "the decision that freezes them, or the withdrawal",
    "cems.notices.services.mail_withhold": "the death that withholds it",
    "demo.cast._hire_first": "each person it makes is audited",
    "matrix.services.leaving.matrix_work_end": "the matrix that is sent or withdrawn",
    "matrix.services.leaving.end": "the end of the colleague's part, or of the draft",
}
