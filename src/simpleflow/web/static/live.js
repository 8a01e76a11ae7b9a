// What an open execution does next: sections are replaced as there is news.
