	echo one
	echo two
