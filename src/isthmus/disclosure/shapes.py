"""Forms that give a person away in any text: addresses, numbers, accounts, positions, dates of birth."""

from __future__ import annotations

import re

SHAPES: dict[str, re.Pattern[str]] = {
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.[A-Za-z][\w.-]*\w"),
    "an identity number": re.compile(r"(?<![\w.])\d{17}[\dXx](?![\w.])"),
    "a device number": re.compile(r"(?<![\w.])\d{15}(?![\w.])"),
    "a phone number": re.compile(
        r"(?<![\w.+])(?:\+|00)\d{1,3}[ ()./-]{0,2}(?:\d[ ()./-]{0,2}){6,12}\d(?!\w)"
        r"|(?<![\w./-])1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![\w.-])"
        r"|(?<![\w./-])\(?\d{3}\)?[ -]\d{3,4}[ -]\d{4}(?![\w-])"
    ),
    "a passport number": re.compile(r"(?<![\w./-])[A-Z]{1,2}\d{7,8}(?![\w-])"),
    "an account": re.compile(
        r"(?<![\w./])@[A-Za-z_][\w.]{2,}|(?i:\b(?:wechat|weixin|whatsapp|telegram|douyin|tiktok)\s*[:=]\s*\S+)"
    ),
    "an exact position": re.compile(
        r"(?<![\w.])-?(?:\d{1,2}\.\d{3,}\s*[,;]\s*-?\d{2,3}\.\d{3,}|\d{2}\.\d{3,}\s*[,;]\s*-?\d{1,3}\.\d{3,})(?!\w)"
    ),
    "a date of birth": re.compile(
        r"(?i:\b(?:born|dob|birth(?:day| ?date)?|date of birth|nacid[oa]|fecha de nacimiento)\b)\W{0,12}"
        r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{4})"
    ),
}
"""What a value looks like, and the form that gives it away."""
