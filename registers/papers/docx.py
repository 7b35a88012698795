def to_docx(papers): raise RuntimeError
