/* SPDX-License-Identifier: BSD-3-Clause */
/* Protocol 2, tunnel: each end sends all its offers, then both find the same agreements. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "encapsulation.h"
#include "run_private.h"

/* The messages count from 1, so that a missing one is none. */
#define WIRE_OF(encapsulation) ((encapsulation) + 1)

/* What a packed offer points at. */
struct wire_offer {
	Bgw__Negotiation__Offer offer;
	Bgw__Negotiation__Encapsulation encapsulations[BGW_OFFER_ITEMS_MAX];
	ProtobufCBinaryData addresses[BGW_OFFER_ITEMS_MAX];
};

static void wire_fill(struct wire_offer *wire, struct named_offer *item)
{
	struct bgw_offer *offer = &item->offer;

	wire->offer = (Bgw__Negotiation__Offer)BGW__NEGOTIATION__OFFER__INIT;
	wire->offer.name = item->name;
	for (uint32_t i = 0; i < offer->encapsulation_count; i++)
		wire->encapsulations[i] =
			(Bgw__Negotiation__Encapsulation)WIRE_OF(offer->encapsulations[i]);
	wire->offer.encapsulations = wire->encapsulations;
	wire->offer.n_encapsulations = offer->encapsulation_count;
	wire->offer.segmentation_ids = offer->segmentation_ids;
	wire->offer.n_segmentation_ids = offer->segmentation_id_count;
	for (uint32_t i = 0; i < offer->address_count; i++)
		wire->addresses[i] = (ProtobufCBinaryData){
			.data = offer->addresses[i].bytes,
			.len = offer->addresses[i].family == 4 ? 4 : 16,
		};
	wire->offer.addresses = wire->addresses;
	wire->offer.n_addresses = offer->address_count;
}

static int agree_if_complete(struct run *run, struct error *error)
{
	if (!run->has_sent || !run->has_taken)
		return 0;
	offers_sort(&run->theirs);
	if (peering_agree(run->peering, &run->ours, &run->theirs) == 0)
		return 0;
	return error_set(error, BGW_ERROR_INTERNAL, "no memory for what was agreed");
}

enum run_result run_offers_go_on(struct run *run, struct error *error)
{
	Bgw__Negotiation__Message message = BGW__NEGOTIATION__MESSAGE__INIT;
	Bgw__Negotiation__Offers offers = BGW__NEGOTIATION__OFFERS__INIT;
	struct wire_offer wire[RUN_OFFERS_MAX];
	Bgw__Negotiation__Offer *list[RUN_OFFERS_MAX];

	if (!run->is_begun && peering_offers(run->peering, &run->ours) < 0) {
		error_set(error, BGW_ERROR_INTERNAL, "no memory for what is offered");
		return RUN_FAILED;
	}
	run->is_begun = true;
	while (run->offers_sent < run->ours.count && offers.n_offers < RUN_OFFERS_MAX) {
		struct wire_offer *at = &wire[offers.n_offers];

		wire_fill(at, &run->ours.items[run->offers_sent++]);
		list[offers.n_offers++] = &at->offer;
	}
	offers.offers = list;
	offers.more = run->offers_sent < run->ours.count;
	message.content_case = BGW__NEGOTIATION__MESSAGE__CONTENT_OFFERS;
	message.offers = &offers;
	run_put(run, &message);
	run->has_sent = !offers.more;
	if (agree_if_complete(run, error) < 0)
		return RUN_FAILED;
	return offers.more ? RUN_MORE : RUN_WAITS;
}

static bool is_name(const char *name)
{
	return name[0] != '\0' && strlen(name) < OFFER_NAME_SIZE;
}

/* What we do not know is left out: a later version may offer it. */
static int take_one(struct named_offer *item, const Bgw__Negotiation__Offer *wire)
{
	struct bgw_offer *offer = &item->offer;

	if (!is_name(wire->name) || wire->n_encapsulations > BGW_OFFER_ITEMS_MAX ||
	    wire->n_segmentation_ids > BGW_OFFER_ITEMS_MAX ||
	    wire->n_addresses > BGW_OFFER_ITEMS_MAX)
		return -EINVAL;
	snprintf(item->name, sizeof(item->name), "%s", wire->name);
	for (size_t i = 0; i < wire->n_encapsulations; i++) {
		uint32_t encapsulation = (uint32_t)wire->encapsulations[i] - WIRE_OF(0);

		if (encapsulation < BGW_ENCAP_COUNT)
			offer->encapsulations[offer->encapsulation_count++] = encapsulation;
	}
	for (size_t i = 0; i < wire->n_segmentation_ids; i++)
		offer->segmentation_ids[offer->segmentation_id_count++] = wire->segmentation_ids[i];
	for (size_t i = 0; i < wire->n_addresses; i++) {
		struct bgw_address *address = &offer->addresses[offer->address_count++];

		if (wire->addresses[i].len != 4 && wire->addresses[i].len != 16)
			return -EINVAL;
		address->family = wire->addresses[i].len == 4 ? 4 : 6;
		memcpy(address->bytes, wire->addresses[i].data, wire->addresses[i].len);
	}
	return 0;
}

int run_offers_take(struct run *run, const Bgw__Negotiation__Offers *offers, struct error *error)
{
	if (offers->n_offers > RUN_OFFERS_MAX)
		return run_refuse(run, "more offers in a message than are allowed", error);
	for (size_t i = 0; i < offers->n_offers; i++) {
		struct named_offer *item = offers_add(&run->theirs);

		if (item == NULL)
			return run_refuse(run, "too many offers", error);
		if (take_one(item, offers->offers[i]) < 0)
			return run_refuse(run, "an offer with a wrong name, address or length",
					  error);
	}
	if (offers->more && offers->n_offers == 0)
		return run_refuse(run, "an empty message before its last", error);
	run->has_taken = !offers->more;
	return agree_if_complete(run, error);
}
