"""What is recorded of what a level starts, until apps of their own keep it: a kind of doing a step (M5, K1, X6)."""

from cems.actions.doings.kinds import Answer, DoingKind, Question
from cems.actions.slots import DoneHere
from matrix.rules import (
    CHAMPION,
    EARLY_INTERVENTION,
    NRM,
    PARENTS_INFORMED,
    PHONE_CALL,
    POLICE_SHARING,
    SAFETY_PLAN,
    TELL_EDT,
    TELL_MANAGER,
)
from matrix.services.follow_up import LEVEL_SOURCE, SOURCE


def _not_needed(label: str = "It is not needed") -> Answer:
    why = Question("why", "Why not?", "Why not", "Say why it is not needed.", rows=3)
    return Answer("not-needed", label, (why,), alone=True)


CALL = DoingKind(
    key="phone-call",
    title="Record the call, or your tries",
    when="When was the call, or the last try?",
    at_time=True,
    answers=(
        Answer(
            "reached",
            "Somebody was reached",
            (
                Question(
                    "who", "Who was spoken to?", "Spoken to", "Say who was spoken to.", "Name and role."
                ),
                Question("agreed", "What was agreed?", "Agreed", "Say what was agreed.", rows=3),
            ),
        ),
        Answer(
            "tried",
            "Nobody was reached",
            (
                Question(
                    "tries",
                    "Who was rung, and at what times?",
                    "Tries",
                    "Say who was rung, and at what times.",
                    rows=3,
                ),
                Question("next", "What keeps the child safe meanwhile?", "Meanwhile", rows=3),
            ),
        ),
        _not_needed("The call is not needed"),
    ),
)
SHARING = DoingKind(
    key="police-sharing",
    title="Record how it went to the police",
    answers=(
        Answer(
            "sent",
            "The information sharing form was sent to the police",
            (
                Question("who", "Who sent it?", "Sent by", "Say who sent it."),
                Question("reference", "Reference of the police, if they gave one", "Reference"),
            ),
        ),
        Answer(
            "not-shared",
            "It was not shared",
            (Question("why", "Why was it not shared?", "Why not", "Say why it was not shared.", rows=3),),
            alone=True,
        ),
    ),
)
PLAN = DoingKind(
    key="safety-plan",
    title="Record the safety plan",
    answers=(
        Answer(
            "made",
            "The plan was made or updated",
            (
                Question(
                    "with", "Who made it?", "Made by", "Say who made it.", "The child, the family, who else."
                ),
                Question("holds", "What does it hold?", "It holds", "Say what the plan holds.", rows=4),
                Question("where", "Where is it kept?", "Kept", "Say where the plan is kept."),
            ),
        ),
        Answer(
            "stands",
            "The plan in force is enough",
            (Question("why", "Which plan, and why is it enough?", "Why", "Say why it is enough.", rows=3),),
            alone=True,
        ),
        _not_needed("No plan is needed"),
    ),
)
ADVICE = DoingKind(
    key="practice-champion",
    title="Record the advice",
    when="When was this?",
    answers=(
        Answer(
            "advised",
            "A Practice Champion gave advice",
            (
                Question("who", "Who gave the advice?", "Advice from", "Say who gave the advice."),
                Question("advice", "What was advised?", "Advised", "Say what was advised.", rows=4),
            ),
        ),
        _not_needed("No advice is needed"),
    ),
)
EARLY_HELP = DoingKind(
    key="early-intervention",
    title="Record the support",
    answers=(
        Answer(
            "arranged",
            "Support was arranged",
            (
                Question(
                    "services", "Which services, and from when?", "Services", "Say which services.", rows=3
                ),
                Question("who", "Who keeps in touch with the child?", "In touch"),
            ),
        ),
        Answer(
            "declined",
            "Support was offered and declined",
            (
                Question("offered", "What was offered?", "Offered", "Say what was offered.", rows=2),
                Question("why", "Why was it declined, and what now?", "Declined", "Say why.", rows=3),
            ),
        ),
        _not_needed("No support is needed"),
    ),
)
REFERRAL_MECHANISM = DoingKind(
    key="nrm",
    title="Record what was decided about the National Referral Mechanism",
    answers=(
        Answer(
            "submitted",
            "The referral was submitted",
            (
                Question(
                    "who",
                    "Who submitted it?",
                    "Submitted by",
                    "Say who submitted it.",
                    "The council or the police: only first responders can.",
                ),
                Question("reference", "Reference", "Reference", "Write the reference of the referral."),
            ),
        ),
        Answer(
            "asked",
            "A first responder was asked to submit it",
            (
                Question(
                    "who", "Who was asked?", "Asked", "Say who was asked.", "Name, and council or police."
                ),
                Question("until", "By when do they submit it?", "By", "Say by when."),
            ),
        ),
        Answer(
            "not-needed",
            "Considered, and not needed",
            (Question("why", "Why not?", "Why not", "Say why it is not needed.", rows=3),),
            alone=True,
        ),
    ),
)


def _reading(key: str) -> DoingKind:
    """What one reader makes of one matrix: it says nothing of another matrix, nor of another reader."""
    next_step = Question("next", "What happens now?", "What happens now", "Say what happens now.", rows=3)
    reader = Question("who", "Who has it now?", "Passed on to", "Say who has it now.", "Name and team.")
    return DoingKind(
        key=key,
        title="Record that it was read",
        answers=(
            Answer("read", "The matrix was read", (next_step,), alone=True),
            Answer("passed-on", "It was passed on", (reader,), alone=True),
        ),
    )


PARENTS = DoingKind(
    key=PARENTS_INFORMED,
    title="Record what the parents or carers know",
    answers=(
        Answer(
            "told",
            "They were told",
            (
                Question("who", "Who was told, and by whom?", "Told", "Say who was told, and by whom."),
                Question("views", "What did they say?", "They said", rows=3),
            ),
        ),
        Answer(
            "not-told",
            "They will not be told",
            (Question("why", "Why not?", "Why not", "Say why they will not be told.", rows=3),),
            alone=True,
        ),
    ),
)

_KINDS = {
    PHONE_CALL: CALL,
    POLICE_SHARING: SHARING,
    SAFETY_PLAN: PLAN,
    CHAMPION: ADVICE,
    EARLY_INTERVENTION: EARLY_HELP,
    NRM: REFERRAL_MECHANISM,
    TELL_MANAGER: _reading(TELL_MANAGER),
    TELL_EDT: _reading(TELL_EDT),
    PARENTS_INFORMED: PARENTS,
}

# Each step with what its page asks, whether a matrix or a forum's level began it.
PLACES = tuple(
    DoneHere(source, key, kind) for source in (SOURCE, LEVEL_SOURCE) for key, kind in _KINDS.items()
)
