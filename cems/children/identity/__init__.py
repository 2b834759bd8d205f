"""Who a child is (C1), and the first page of the record."""
