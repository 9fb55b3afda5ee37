#!/bin/sh
sed -e "s/type: from-nothing/type: x/" -e "s/clusterIP: None/clusterIP: None\n    externalName: set-by-function/"
