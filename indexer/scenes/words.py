"""Words that people use for photographs: those of the built-in labeller, and sums of ImageNet's.

ImageNet names things rather than places, so that a place is told by what stands in it: a kitchen by
its stove. Classes that say nothing to a person (a hook, a velvet) belong to no word. Forest, sunset
and fireworks have no class: the built-in labeller, which was taught places, tells them.
"""

_LIVING = (
    "people,wedding,christmas,halloween,stage,music,sport,swimming,playground,fairground,camping,"
    "dog,cat,bird,horse,cow,sheep,rabbit,fish,insect,elephant,monkey,reptile,wild animal,"
    "sea animal,food,fruit,vegetables,ice cream,coffee,drink"
)
_PLACES = (
    "beach,sea,lake,mountain,snow,glacier,forest,desert,waterfall,sunset,fog,garden,flower,"
    "underwater,farm,city,building,street,road,bridge,castle,church,ruins,lighthouse,"
    "indoors,bedroom,kitchen,living room,bathroom,dining room,office,restaurant,shop,hospital"
)
_THINGS = (
    "train,bus,car,truck,motorcycle,bicycle,boat,airplane,balloon,candle,clothes,toys,"
    "document,screenshot,receipt"
)
WORDS: tuple[str, ...] = tuple(f"{_LIVING},{_PLACES},{_THINGS}".split(","))
"""What the built-in labeller was taught; its file names them too, and is believed."""

WORDS_OF_LABEL: dict[str, tuple[str, ...]] = {
    **{word: (word,) for word in WORDS},
    **{f"{word}s": (word,) for word in WORDS if not word.endswith(("s", "x", "h", "y"))},
    "aeroplane": ("airplane",),
    "alp": ("mountain",),
    "bike": ("bicycle",),
    "buses": ("bus",),
    "cityscape": ("city",),
    "coast": ("sea", "beach"),
    "fireplace": ("living room",),
    "foggy": ("fog",),
    "highway": ("road",),
    "house": ("building",),
    "livingroom": ("living room",),
    "meal": ("food",),
    "motorbike": ("motorcycle",),
    "ocean": ("sea",),
    "person": ("people",),
    "portrait": ("people",),
    "rainforest": ("forest",),
    "seashore": ("beach",),
    "sunrise": ("sunset",),
    "trees": ("forest",),
    "woods": ("forest",),
}
"""By the label of a picture set: the words that are right answers to it."""

FIRST_CLASS = "tench"
"""How a list of these classes begins, in the order of the challenge of 2012."""

CLASSES_BY_WORD: dict[str, str] = {
    "airplane": "404 895 908",
    "baby": "431 443 516 520 529 680",
    "balloon": "417",
    "bathroom": "435 794 861 876 896 999",
    "beach": "445 638 639 838 842 977 978",
    "bear": "294-297",
    "bedroom": "564 721 750 831",
    "bicycle": "444 671 880",
    "bird": "7-24 80-100 127-146",
    "boat": "403 472 484 510 536 554 576 625 628 693 694 724 780 814 833 871 914",
    "book": "453 454 624",
    "bridge": "821 839 888",
    "bus": "654 779 874",
    "butterfly": "321-326",
    "camping": "672 757 797",
    "candle": "470",
    "car": "436 468 475 479 511 581 609 627 656 661 751 817",
    "castle": "483",
    "cat": "281-285",
    "christmas": "496",
    "church": "406 442 497 663",
    "city": "468 538 698 704 829 873 874 919 920",
    "clothes": "474 568 578 608 610 614 655 689 834 841 869 906",
    "coffee": "504 505 550 967",
    "cow": "345-347",
    "document": "446 549 918 921 922",
    "dog": "151-268",
    "drink": "440 441 572 737 898 907 966 969",
    "elephant": "101 385 386",
    "fairground": "476",
    "farm": "341 425 595 856 866 958 984",
    "fish": "0-6 389-397",
    "flower": "723 738 985 986",
    "dining room": "532",
    "food": "924-946 948-957 959-965 923 809 415 544 909",
    "fountain": "562",
    "fruit": "948-957",
    "garden": "410 580 621 703 706 716 738",
    "halloween": "607",
    "horse": "339 603",
    "hospital": "407 617 691 823 830 845",
    "ice cream": "928 929",
    "insect": "300-326",
    "kitchen": "499 521 534 544 567 651 659 760 766 827 859 891 909",
    "lake": "975",
    "lighthouse": "437",
    "living room": "495 548 556 598 765 831 846 851",
    "monkey": "365-384",
    "mosque": "668 832",
    "motorcycle": "665 670",
    "mountain": "970 972 979 980",
    "mushroom": "947 991-997",
    "music": (
        "401 402 420 432 486 513 541 546 558 566 579 593 594 642 650 683 687 776 822 875 881 889"
    ),
    "office": "508 526 527 553 620 664 673 681 713 742 782",
    "phone": "487 528 590 605 707",
    "playground": "843",
    "rabbit": "330-332",
    "reptile": "25-68",
    "restaurant": "532 762 868",
    "ruins": "500 649 682 825",
    "screenshot": "916",
    "sea": "460 718 976-978",
    "sea animal": "107-126 147-150 327-329",
    "sheep": "348-350",
    "shoes": "502 514 630 770 774",
    "shop": "467 509 582 788 790 791 860 865",
    "snow": "450 537 795 796 802 803 970",
    "sport": "416 422 429 430 522 560 574 602 702 722 746 747 752 768 781 805 852 890 981",
    "stage": "818 819 854",
    "street": "468 704 707 829 919 920 637",
    "swimming": "433 639 801 842",
    "toys": "611 723 850 865",
    "train": "466 547 565 705 820",
    "truck": "555 569 675 717 864 867",
    "umbrella": "879",
    "underwater": "108 109 392 393 973 983",
    "vegetables": "936-946",
    "wedding": "578 982",
    "wild animal": "102-106 269-280 286-299 333-338 340 342-344 351-364 387 388",
}
"""Class numbers and ranges by word; a class may belong to several words."""


def classes_of(text: str) -> list[int]:
    """The numbers that a text such as ``"3 7-9"`` stands for."""
    numbers: list[int] = []
    for part in text.split():
        first, _, last = part.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers
