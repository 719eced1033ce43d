"""A GeoServer on the loopback address: capabilities, descriptions, and features in pages, from a layer's features."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from seg_pipeline_tests.servers.loopback import Answer, Request

CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<wfs:WFS_Capabilities version="2.0.0" xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:ows="http://www.opengis.net/ows/1.1">
<ows:OperationsMetadata><ows:Operation name="GetFeature"/></ows:OperationsMetadata>
<FeatureTypeList>{types}</FeatureTypeList></wfs:WFS_Capabilities>"""
TYPE = '<FeatureType xmlns:made="http://made"><Name>{name}</Name><Title>{name}</Title></FeatureType>'
DESCRIPTION = """<?xml version="1.0" encoding="UTF-8"?><xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">
<xsd:complexType name="layerType"><xsd:complexContent><xsd:extension base="gml:AbstractFeatureType"><xsd:sequence>
{elements}
</xsd:sequence></xsd:extension></xsd:complexContent></xsd:complexType>
<xsd:element name="layer" substitutionGroup="gml:AbstractFeature" type="made:layerType"/></xsd:schema>"""
ELEMENT = '<xsd:element maxOccurs="1" minOccurs="0" name="{name}" nillable="true" type="xsd:string"/>'
EXCEPTION = """<?xml version="1.0" encoding="UTF-8"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1">
<ows:Exception exceptionCode="InvalidParameterValue" locator="typeName">
<ows:ExceptionText>Feature type {name} unknown</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"""
METRES = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3067"}}


@dataclass
class GeoServer:
    """Answers for `layers`: the features of each, as GeoJSON. `most` is the largest page it gives."""

    layers: Mapping[str, Sequence[dict[str, Any]]]
    most: int = 100_000
    silent: Sequence[str] = ()  # advertised, and answering with an exception as long as they are new
    crs: Mapping[str, Any] | None = None

    def __call__(self, request: Request) -> Answer:
        """Answer one request."""
        asked = dict(request.query)
        if asked["request"] == "GetCapabilities":
            return _xml(CAPABILITIES.format(types="".join(TYPE.format(name=name) for name in self.layers)))
        name = asked["typeNames"]
        if name not in self.layers or name in self.silent:
            return _xml(EXCEPTION.format(name=name))
        if asked["request"] == "DescribeFeatureType":
            names = [*self.layers[name][0]["properties"], "geom"]
            return _xml(DESCRIPTION.format(elements="\n".join(ELEMENT.format(name=one) for one in names)))
        return self._page(self.layers[name], asked)

    def _page(self, features: Sequence[dict[str, Any]], asked: dict[str, str]) -> Answer:
        ordered = sorted(features, key=lambda feature: str(feature["properties"][asked["sortBy"]]))
        begin = int(asked["startIndex"])
        page = ordered[begin : begin + min(int(asked["count"]), self.most)]
        told = {
            "type": "FeatureCollection", "features": page, "totalFeatures": len(features),
            "numberMatched": len(features), "numberReturned": len(page),
            "timeStamp": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "crs": self.crs or METRES,
        }  # fmt: skip
        return Answer(json.dumps(told, ensure_ascii=False).encode())


def _xml(text: str) -> Answer:
    return Answer(text.encode(), 200, "application/xml")
