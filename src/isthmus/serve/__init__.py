"""The HTTP API and the pages over the main job; holds no science.

``settings`` says where and how to serve, ``database`` keeps accounts and jobs, ``accounts`` knows who may do what, ``library``
what a team sees, ``jobs`` does long work in processes of its own, ``web`` guards every request, ``api`` and ``pages`` answer.
"""
