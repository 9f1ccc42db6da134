import pytest

from bedaudit.documents.link_filter import admits


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("*", True),
        (" * ", True),
        ("Namespace = 'AWS/Bedrock'", True),
        ("Namespace='AWS/Bedrock'", True),
        ("Namespace = 'aws/bedrock'", False),
        ("Namespace != 'AWS/Bedrock'", False),
        ("Namespace != 'AWS/EC2'", True),
        ("Namespace LIKE 'AWS/%'", True),
        ("Namespace LIKE 'AWS/Bedrock'", True),
        ("Namespace LIKE 'AWS/Bed'", False),
        ("Namespace NOT LIKE 'AWS/%'", False),
        ("Namespace IN ('AWS/EC2', 'AWS/Bedrock')", True),
        ("Namespace IN('AWS/EC2','AWS/ELB')", False),
        ("Namespace NOT IN ('AWS/EC2')", True),
        ("Namespace not in ('AWS/Bedrock') or Namespace like 'AWS/B%'", True),
        ("Namespace = 'AWS/EC2' OR Namespace NOT LIKE 'AWS/%'", False),
        ("Namespace LIKE 'AWS/%' AND Namespace != 'AWS/Bedrock'", False),
        ("Namespace = 'AWS/EC2' AND Namespace = 'AWS/S3' OR Namespace = 'AWS/Bedrock'", True),
        ("Namespace = 'AWS/Bedrock' OR Namespace = 'AWS/EC2' AND Namespace = 'AWS/S3'", True),
    ],
)
def test_a_filter_lets_a_name_pass(text: str, passes: bool) -> None:
    assert admits(text, "Namespace", "AWS/Bedrock") is passes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Namespace",
        "Namespace = AWS/Bedrock",
        'Namespace = "AWS/Bedrock"',
        "LogGroupName = 'AWS/Bedrock'",
        "Namespace LIKE '%Bedrock'",
        "Namespace LIKE 'A%k%'",
        "Namespace = 'AWS/Bedrock' XOR Namespace = 'x'",
        "Namespace = 'AWS/Bedrock' AND",
        "(Namespace = 'AWS/Bedrock')",
        "Namespace IN ()",
        "Namespace IN ('AWS/Bedrock'" + " " * 2000,
    ],
)
def test_a_filter_that_aws_does_not_document_leaves_it_open(text: str) -> None:
    assert admits(text, "Namespace", "AWS/Bedrock") is None


def test_what_is_decided_without_the_odd_term_is_decided() -> None:
    assert admits("Namespace = 'AWS/Bedrock' OR Namespace LIKE '%x'", "Namespace", "AWS/Bedrock") is True
    assert admits("Namespace = 'AWS/EC2' AND Namespace LIKE '%x'", "Namespace", "AWS/Bedrock") is False
