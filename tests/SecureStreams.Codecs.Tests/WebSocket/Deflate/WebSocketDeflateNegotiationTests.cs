using SecureStreams.Codecs.WebSocket.Deflate;

namespace SecureStreams.Codecs.Tests.WebSocket.Deflate;

public class WebSocketDeflateNegotiationTests
{
    private static readonly WebSocketDeflateSettings Plain = new();

    [Theory]
    [InlineData(15, true, true, "permessage-deflate; client_max_window_bits")]
    [InlineData(15, false, true, "permessage-deflate; client_no_context_takeover; client_max_window_bits")]
    [InlineData(15, true, false, "permessage-deflate; server_no_context_takeover; client_max_window_bits")]
    [InlineData(9, false, false, "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9")]
    public void A_client_offers_what_it_wants(int bits, bool own, bool peer, string offer) =>
        Assert.Equal(offer, WebSocketDeflateNegotiation.Offer(new() { WindowBits = bits, OwnContextTakeover = own, PeerContextTakeover = peer }));

    [Theory]
    [InlineData("permessage-deflate", false, false, 15, 15)]
    [InlineData("Permessage-Deflate", false, false, 15, 15)]
    [InlineData("permessage-deflate; server_no_context_takeover", true, false, 15, 15)]
    [InlineData("permessage-deflate;client_no_context_takeover", false, true, 15, 15)]
    [InlineData("permessage-deflate ; server_max_window_bits=10 ; client_max_window_bits = \"8\"", false, false, 10, 8)]
    [InlineData(", permessage-deflate; Client_Max_Window_Bits=12; server_no_context_takeover; client_no_context_takeover,,", true, true, 15, 12)]
    public void A_client_takes_an_answer_to_its_offer(string answer, bool server, bool client, int serverBits, int clientBits)
    {
        Assert.True(WebSocketDeflateNegotiation.TryReadAnswer(answer, Plain, out var agreed, out var problem), problem);
        Assert.Equal(new WebSocketDeflateParameters(server, client, serverBits, clientBits), agreed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" , ")]
    public void Without_an_answer_the_extension_is_not_used(string? answer)
    {
        Assert.True(WebSocketDeflateNegotiation.TryReadAnswer(answer, Plain, out var agreed, out _));
        Assert.Null(agreed);
        Assert.True(WebSocketDeflateNegotiation.TryReadAnswer(answer, null, out agreed, out _));
        Assert.Null(agreed);
    }

    [Theory]
    [InlineData("x-webkit-deflate-frame", "The server uses the extension \"x-webkit-deflate-frame\", which was not offered")]
    [InlineData("permessage-deflate, other", "The server uses the extension \"other\", which was not offered")]
    [InlineData("permessage-deflate, permessage-deflate", "The server names permessage-deflate twice")]
    [InlineData("permessage-deflate; window=3", "permessage-deflate has the parameter \"window\", which is unknown")]
    [InlineData("permessage-deflate; server_no_context_takeover; server_no_context_takeover", "permessage-deflate has the parameter server_no_context_takeover twice")]
    [InlineData("permessage-deflate; server_no_context_takeover=1", "permessage-deflate has server_no_context_takeover with the value \"1\", and it takes none")]
    [InlineData("permessage-deflate; client_no_context_takeover=true", "permessage-deflate has client_no_context_takeover with the value \"true\", and it takes none")]
    [InlineData("permessage-deflate; server_max_window_bits", "permessage-deflate has server_max_window_bits without a value, and it takes a number from 8 to 15")]
    [InlineData("permessage-deflate; server_max_window_bits=7", "permessage-deflate has server_max_window_bits with the value \"7\", and it takes a number from 8 to 15")]
    [InlineData("permessage-deflate; server_max_window_bits=16", "permessage-deflate has server_max_window_bits with the value \"16\", and it takes a number from 8 to 15")]
    [InlineData("permessage-deflate; server_max_window_bits=010", "permessage-deflate has server_max_window_bits with the value \"010\", and it takes a number from 8 to 15")]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate has client_max_window_bits without a value, and it takes a number from 8 to 15")]
    [InlineData("permessage-deflate; client_max_window_bits=x", "permessage-deflate has client_max_window_bits with the value \"x\", and it takes a number from 8 to 15")]
    [InlineData("permessage-deflate;", "\"permessage-deflate;\" has no name or value at character 20")]
    [InlineData("permessage-deflate; a=", "\"permessage-deflate; a=\" has no name or value at character 23")]
    [InlineData("permessage-deflate; a=\"", "\"permessage-deflate; a=\"\" has a quoted value that is not closed or not a token")]
    [InlineData("permessage-deflate; a=\"b c\"", "\"permessage-deflate; a=\"b c\"\" has a quoted value that is not closed or not a token")]
    [InlineData("permessage-deflate other", "\"permessage-deflate other\" has \"o\" where a comma or a semicolon belongs")]
    public void A_client_refuses_any_other_answer_with_words(string answer, string expected)
    {
        Assert.False(WebSocketDeflateNegotiation.TryReadAnswer(answer, Plain, out var agreed, out var problem));
        Assert.Equal(expected, problem);
    }

    [Theory]
    [InlineData("permessage-deflate", 10, true, "The server does not grant server_max_window_bits=10: its window is 15")]
    [InlineData("permessage-deflate; server_max_window_bits=11", 10, true, "The server does not grant server_max_window_bits=10: its window is 11")]
    [InlineData("permessage-deflate; server_max_window_bits=9", 10, true, null)]
    [InlineData("permessage-deflate; server_max_window_bits=10", 10, false, "The server does not grant server_no_context_takeover")]
    [InlineData("permessage-deflate; server_max_window_bits=10; server_no_context_takeover", 10, false, null)]
    public void What_a_client_asked_for_must_be_granted(string answer, int bits, bool peerTakeover, string? expected)
    {
        var taken = WebSocketDeflateNegotiation.TryReadAnswer(answer, new() { WindowBits = bits, PeerContextTakeover = peerTakeover }, out _, out var problem);
        Assert.Equal(expected, problem);
        Assert.Equal(expected is null, taken);
    }

    [Fact]
    public void What_a_client_said_of_itself_holds_whatever_the_server_says()
    {
        var settings = new WebSocketDeflateSettings { WindowBits = 10, OwnContextTakeover = false };
        Assert.True(WebSocketDeflateNegotiation.TryReadAnswer("permessage-deflate; server_max_window_bits=10", settings, out var agreed, out _));
        Assert.Equal(new WebSocketDeflateParameters(false, true, 10, 10), agreed);
    }

    [Fact]
    public void Any_extension_is_refused_when_none_was_offered()
    {
        Assert.False(WebSocketDeflateNegotiation.TryReadAnswer("permessage-deflate", null, out _, out var problem));
        Assert.Equal("The server uses the extension \"permessage-deflate\", which was not offered", problem);
    }

    [Theory]
    [InlineData("permessage-deflate", "permessage-deflate", false, false, 15, 15)]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate", false, false, 15, 15)]
    [InlineData("permessage-deflate; client_max_window_bits=11", "permessage-deflate; client_max_window_bits=11", false, false, 15, 11)]
    [InlineData("permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_max_window_bits=8", false, false, 8, 15)]
    [InlineData("permessage-deflate; server_max_window_bits=15", "permessage-deflate; server_max_window_bits=15", false, false, 15, 15)]
    [InlineData("permessage-deflate; server_no_context_takeover; client_no_context_takeover", "permessage-deflate; server_no_context_takeover; client_no_context_takeover", true, true, 15, 15)]
    [InlineData("other, permessage-deflate; unknown, permessage-deflate; server_no_context_takeover, permessage-deflate", "permessage-deflate; server_no_context_takeover", true, false, 15, 15)]
    public void A_server_takes_the_first_offer_that_it_can(string offers, string expected, bool server, bool client, int serverBits, int clientBits)
    {
        Assert.True(WebSocketDeflateNegotiation.TryChoose(offers, Plain, out var agreed, out var answer, out _));
        Assert.Equal(expected, answer);
        Assert.Equal(new WebSocketDeflateParameters(server, client, serverBits, clientBits), agreed);

        // What it answers, a client takes.
        Assert.True(WebSocketDeflateNegotiation.TryReadAnswer(answer, Plain, out var read, out var problem), problem);
        Assert.Equal(agreed, read);
    }

    [Theory]
    [InlineData("permessage-deflate; client_max_window_bits", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9")]
    [InlineData("permessage-deflate; server_max_window_bits=8", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8")]
    [InlineData("permessage-deflate", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9")]
    public void A_server_limits_what_the_offer_lets_it_limit(string offers, string expected)
    {
        var settings = new WebSocketDeflateSettings { WindowBits = 9, OwnContextTakeover = false, PeerContextTakeover = false };
        Assert.True(WebSocketDeflateNegotiation.TryChoose(offers, settings, out _, out var answer, out _));
        Assert.Equal(expected, answer);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", null)]
    [InlineData("other", null)]
    [InlineData("permessage-deflate; what", "permessage-deflate has the parameter \"what\", which is unknown")]
    [InlineData("permessage-deflate; server_max_window_bits=7", "permessage-deflate has server_max_window_bits with the value \"7\", and it takes a number from 8 to 15")]
    [InlineData("permessage-deflate; server_max_window_bits", "permessage-deflate has server_max_window_bits without a value, and it takes a number from 8 to 15")]
    [InlineData("permessage-deflate; client_max_window_bits=99", "permessage-deflate has client_max_window_bits with the value \"99\", and it takes a number from 8 to 15")]
    [InlineData("permessage-deflate; client_max_window_bits; client_max_window_bits", "permessage-deflate has the parameter client_max_window_bits twice")]
    [InlineData("=", "\"=\" has no name or value at character 1")]
    public void A_server_goes_without_when_no_offer_can_be_taken(string? offers, string? expected)
    {
        Assert.False(WebSocketDeflateNegotiation.TryChoose(offers, Plain, out var agreed, out var answer, out var problem));
        Assert.Null(agreed);
        Assert.Null(answer);
        Assert.Equal(expected, problem);
    }

    [Fact]
    public void Every_offer_of_ours_is_taken_by_every_server_of_ours_and_its_answer_by_the_client()
    {
        foreach (var client in Settings())
        {
            foreach (var server in Settings())
            {
                Assert.True(WebSocketDeflateNegotiation.TryChoose(WebSocketDeflateNegotiation.Offer(client), server, out var chosen, out var answer, out _));
                Assert.True(WebSocketDeflateNegotiation.TryReadAnswer(answer, client, out var agreed, out var problem), problem);

                // A client may hold itself to more than the answer says, never to less.
                Assert.True(agreed!.ClientMaxWindowBits <= chosen.ClientMaxWindowBits);
                Assert.True(agreed.ClientNoContextTakeover || !chosen.ClientNoContextTakeover);
                Assert.Equal(chosen.ServerMaxWindowBits, agreed.ServerMaxWindowBits);
                Assert.Equal(chosen.ServerNoContextTakeover, agreed.ServerNoContextTakeover);
            }
        }
    }

    [Fact]
    public void What_is_agreed_makes_compressors_and_decompressors_that_fit()
    {
        var agreed = new WebSocketDeflateParameters(true, false, 9, 12);
        foreach (var isServer in new[] { false, true })
        {
            using var deflater = agreed.CreateDeflater(isServer);
            using var inflater = agreed.CreateInflater(!isServer, 100_000);
            for (var round = 0; round < 3; round++)
            {
                var data = Inflating.Data(4, 50_000, 1);
                Assert.Equal(data, Inflating.Message(inflater, Inflating.Compress(deflater, data)));
            }
        }
    }

    private static IEnumerable<WebSocketDeflateSettings> Settings() =>
        from bits in new[] { 8, 9, 12, 15 }
        from own in new[] { false, true }
        from peer in new[] { false, true }
        select new WebSocketDeflateSettings { WindowBits = bits, OwnContextTakeover = own, PeerContextTakeover = peer };
}
