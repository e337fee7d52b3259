"""The forum "Công an lắng nghe ý kiến nhân dân": citizens tell, officers answer, supervisors see how well."""
