import pytest

from retrieval.understand.wants import what_is_asked


@pytest.mark.parametrize(
    ("question", "wants", "head"),
    [
        ("Who leads the eFP battlegroup in Latvia?", "person", None),
        ("Whose brigade is stationed in Lithuania?", "person", "brigade"),
        ("Which Danish minister signed the contract?", "person", "minister"),
        ("Which Republican senator opposed the bill?", "person", "senator"),
        ("Which contractor had built the shelters?", "organisation", "contractor"),
        ("A shipyard of which company burnt down?", "organisation", "company"),
        ("Which country's lawmakers have voted to leave?", "place", "country"),
        ("Where's the new headquarters?", "place", None),
        ("From which airfield did the jets take off?", "place", "airfield"),
        ("The exercise took place in which city this week?", "place", "city"),
        ("When does the treaty expire?", "date", None),
        ("On what day did Finland join?", "date", "day"),
        ("What is the deadline for bids?", "date", "deadline"),
        ("How long does the contract run?", "duration", None),
        ("How many years does the deal cover?", "duration", "year"),
        ("As of May, how many allies had ratified?", "number", "ally"),
        ("How many Polish MPs voted against?", "number", "mp"),
        ("How large an area does it cover?", "number", "area"),
        ("What was the death toll?", "number", "toll"),
        ("How far can the missile fly?", "number", "distance"),
        ("How much did Denmark pledge?", "amount", None),
        ("How much military aid did Norway send?", "amount", "aid"),
        ("What does the general get paid?", "amount", None),
        ("What was the estimated cost of the wall?", "amount", "cost"),
        ("What dollar amount was asked for?", "amount", "amount"),
        ("What share of its budget does Poland spend on tanks?", "percentage", "share"),
        ("How much does Estonia spend as a share of GDP?", "percentage", None),
        ("Which hit song was he known for?", "title", "song"),
        ("What was the main target of the attacks?", "thing", "target"),
        ("Researchers found that which animal tends to share?", "thing", "animal"),
        ("Which spending target did Spain reject?", "percentage", "target"),
        ("How much territory did Russia take?", "number", "territory"),
        ("Is Ireland a member?", "yes_no", None),
        ("True or false: Malta is an ally.", "yes_no", None),
        ("Why was the ship delayed?", "reason", None),
        ("What reason did the ministry give?", "reason", "reason"),
        ("How come Hungary abstained?", "reason", None),
        ("List the allies with nuclear weapons", "list", "ally"),
        ("What is the name of the exercise?", "title", "exercise"),
        ("Which book did the admiral write?", "title", "book"),
        ("What is the mission called?", "title", "mission"),
        ("What happened in Zvecan?", "description", None),
        ("What kind of army must Britain build?", "description", "army"),
        ("How did the talks end?", "description", None),
        ("Which missile was fired?", "thing", "missile"),
        ("What dangerous sea creatures were seen?", "thing", "creature"),
        ("The rocket can carry what?", "thing", None),
        ("waht did they find", "thing", None),
        ("Which counrty joined last?", "thing", "counrty"),
        ("finland nato vote result", "description", None),
        ("Mr. Brown met Dr. Grey in Paris. Which treaty did they sign?", "thing", "treaty"),
    ],
)
def test_the_kind_of_answer_and_the_noun_are_found(question: str, wants: str, head: str | None) -> None:
    asked = what_is_asked(question)
    assert (asked.wants, asked.head) == (wants, head)


def test_what_is_expected_is_said_in_words() -> None:
    assert what_is_asked("How many troops crossed?").expected == "a number of troops"
    assert what_is_asked("How big a force is needed?").expected == "the size of the force"
    assert what_is_asked("Which city burnt?").expected == "which city"
