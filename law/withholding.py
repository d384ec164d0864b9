"""What nobody may ask or keep of a worker: fees, deposits, papers (就業服務法 arts. 5, 40, 57), penalties."""

from dataclasses import dataclass
from datetime import date

from law.citations import employment_service, labour_standards
from law.source import Source, rule

REWRITTEN = date(2002, 1, 23)  # the whole of 就業服務法, issued 2002-01-21
WORKERS_WILL = date(2018, 11, 30)  # issued 2018-11-28: until then item 10 of art. 40(1) named the employer's will only
ESA_5, ESA_40, ESA_57 = employment_service("5", "2"), employment_service("40", "1"), employment_service("57", "1")
LABOUR_STANDARDS_ACT = date(1984, 8, 1)
LSA_26 = labour_standards("26")


@dataclass(frozen=True)
class Forbidden:
    """Nobody may do it; the source says so."""

    source: Source


@rule(ESA_5, in_force_from=REWRITTEN, decided_by="asked_on")
def deposit(asked_on: date) -> Forbidden:
    """「扣留求職人或員工財物或收取保證金。」

    Item 3 of what an employer must not do in hiring and employing anybody, at home or in a factory.
    """
    return Forbidden(ESA_5)


@rule(
    ESA_57,
    in_force_from=REWRITTEN,
    decided_by="kept_on",
    doubt="Whether they may keep papers when she agreed: the words say “unlawfully”; a ban was only announced in 2024.",
)
def papers_kept_by_employer(kept_on: date) -> Forbidden:
    """「非法扣留或侵占所聘僱外國人之護照、居留證件或財物。」

    Item 8 of what an employer of a foreigner must not do.
    """
    return Forbidden(ESA_57)


@rule(ESA_40, in_force_from=WORKERS_WILL, decided_by="kept_on")
def papers_kept_by_broker(kept_on: date) -> Forbidden:
    """「違反雇主或勞工之意思，留置許可文件、身分證件或其他相關文件。」

    Item 10 of what a broker and its people must not do: against her will; so what she says she wants decides. Item 3
    is about who looks for work.
    """
    return Forbidden(ESA_40)


@rule(ESA_40, in_force_from=REWRITTEN, decided_by="asked_on")
def fee_beyond_standard(asked_on: date) -> Forbidden:
    """「要求、期約或收受規定標準以外之費用，或其他不正利益。」

    Item 5 of what a broker and its people must not do; asking for it is enough.
    """
    return Forbidden(ESA_40)


@rule(
    LSA_26,
    in_force_from=LABOUR_STANDARDS_ACT,
    decided_by="withheld_on",
    doubt="The act does not cover those who work in a household; whether it covers her work, an office says.",
)
def penalty_withheld(withheld_on: date) -> Forbidden:
    """「雇主不得預扣勞工工資作為違約金或賠償費用。」

    In advance: what she owes for damage that did happen is for her and her employer, or a court, to settle.
    """
    return Forbidden(LSA_26)
