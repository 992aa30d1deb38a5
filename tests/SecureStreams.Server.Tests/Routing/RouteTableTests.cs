using SecureStreams.Policy;
using SecureStreams.Server.Routing;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Server.Tests.Routing;

/// <summary>Whom a request, an upgrade or a connection is for.</summary>
public sealed class RouteTableTests
{
    private const string Http = "\"server\": true, \"protocol\": \"h1\"";
    private const string Ws = "\"server\": true, \"protocol\": \"ws\"";

    [Theory]
    [InlineData("", "/", "any")]
    [InlineData("other.test", "/", "any")]
    [InlineData("other.test", "/live", "live")]
    [InlineData("other.test", "/live/", "live")]
    [InlineData("other.test", "/live/a", "live")]
    [InlineData("other.test", "/lively", "any")]
    [InlineData("other.test", "/Live", "any")]
    [InlineData("other.test", "/live/deep/er", "deep")]
    [InlineData("a.example", "/", "a")]
    [InlineData("A.Example:8080", "/live", "a")]
    [InlineData("a.example.", "/x", "a")]
    [InlineData("b.example", "/", "wild")]
    [InlineData("c.b.example", "/", "wild")]
    [InlineData("c.sub.example", "/", "wilder")]
    [InlineData("sub.example", "/", "wild")]
    [InlineData("example", "/", "any")]
    [InlineData(".example", "/", "any")]
    [InlineData("evil-example", "/", "any")]
    [InlineData("[::1]:80", "/", "six")]
    [InlineData("[::1]", "/", "six")]
    public void The_host_that_fits_best_counts_and_then_the_longest_path(string authority, string path, string expected)
    {
        var table = TableOf($$"""
            "any": { {{Http}} },
            "live": { {{Http}}, "http_url": "live" },
            "deep": { {{Http}}, "http_url": "/live/deep/" },
            "a": { {{Http}}, "server_names": ["a.example", "also.example"] },
            "wild": { {{Http}}, "server_names": ["*.example"] },
            "wilder": { {{Http}}, "server_names": ["*.sub.example"] },
            "six": { {{Http}}, "server_names": ["[::1]"] }
            """);
        Assert.Equal(expected, table.FindRequest(authority, path)?.Name);
    }

    [Fact]
    public void A_place_that_nobody_has_is_nobodys_and_one_for_upgrades_alone_says_so()
    {
        var table = TableOf($$"""
            "a": { {{Http}}, "server_names": ["a.example"], "http_url": "/a%20b" },
            "w": { {{Ws}}, "http_url": "ws", "ws_subprotocol": "p" }
            """);
        Assert.Null(table.FindRequest("b.example", "/a b"));
        Assert.Null(table.FindRequest("a.example", "/"));
        Assert.Equal("a", table.FindRequest("a.example", "/a b")?.Name);
        Assert.Equal("w", table.FindRequest("a.example", "/ws")?.Name);
        Assert.True(table.TakeUpgrades);
        table.Remove(table.All[1]);
        Assert.False(table.TakeUpgrades);
    }

    [Theory]
    [InlineData("/", "feed.v1", "web")]
    [InlineData("/live", "feed.v1", "one")]
    [InlineData("/live", "feed.v2", "two")]
    [InlineData("/live", "feed.v2 feed.v1", "two")]
    [InlineData("/live", "other feed.v1 feed.v2", "one")]
    [InlineData("/live", "chat", "any")]
    [InlineData("/live", "", "any")]
    [InlineData("/only", "chat", "web")]
    [InlineData("/only", "", "only")]
    [InlineData("/only", "other", "only")]
    [InlineData("/none", "other", "web")]
    public void An_upgrade_goes_to_the_best_place_that_takes_one_of_its_subprotocols(string path, string offered, string expected)
    {
        var table = TableOf($$"""
            "web": { {{Http}}, "ws_subprotocol": "feed.v1, chat" },
            "page": { {{Http}}, "http_url": "page" },
            "one": { {{Ws}}, "http_url": "live", "ws_subprotocol": "feed.v1" },
            "two": { {{Ws}}, "http_url": "live", "ws_subprotocol": "feed.v2" },
            "any": { {{Ws}}, "http_url": "live", "ws_subprotocol": "" },
            "only": { {{Ws}}, "http_url": "only", "ws_subprotocol": "x" }
            """);
        Assert.Equal(expected, table.FindUpgrade("h", path, offered.Split(' ', StringSplitOptions.RemoveEmptyEntries))?.Name);
    }

    [Theory]
    [InlineData($"\"x\": {{ {Http} }}, \"y\": {{ {Http} }}", "requests for any host with path '/'")]
    [InlineData($"\"x\": {{ {Http}, \"http_url\": \"/a/\" }}, \"y\": {{ {Http}, \"http_url\": \"a\" }}", "requests for any host with path '/a'")]
    [InlineData($"\"x\": {{ {Http}, \"server_names\": [\"a\", \"B\"] }}, \"y\": {{ {Http}, \"server_names\": [\"b\", \"c\"] }}", "requests for host 'B' with path '/'")]
    [InlineData($"\"x\": {{ {Ws}, \"ws_subprotocol\": \"a, b\" }}, \"y\": {{ {Ws}, \"ws_subprotocol\": \"b\" }}", "upgrades of subprotocol 'b' for any host with path '/'")]
    [InlineData($"\"x\": {{ {Ws}, \"ws_subprotocol\": \"\" }}, \"y\": {{ {Ws} }}", "upgrades of any subprotocol for any host with path '/'")]
    [InlineData("\"x\": { \"server\": true, \"protocol\": \"raw\" }, \"y\": { \"server\": true, \"protocol\": \"raw\" }", "connections for any host")]
    [InlineData($"\"x\": {{ {Http} }}, \"y\": {{ {Ws} }}", null)]
    [InlineData($"\"x\": {{ {Http} }}, \"y\": {{ {Http}, \"server_names\": [\"a\"] }}", null)]
    [InlineData($"\"x\": {{ {Http} }}, \"y\": {{ {Http}, \"http_url\": \"a\" }}", null)]
    [InlineData($"\"x\": {{ {Ws}, \"ws_subprotocol\": \"a\" }}, \"y\": {{ {Ws}, \"ws_subprotocol\": \"b\" }}", null)]
    public void Two_that_could_not_be_told_apart_are_not_taken_together(string streamTypes, string? clash)
    {
        var table = new RouteTable();
        var routes = RoutesOf(streamTypes);
        Assert.Null(table.TryAdd(routes[0]));
        var found = table.TryAdd(routes[1]);
        Assert.Equal(clash, found?.What);
        if (clash is null)
            return;
        Assert.Same(routes[0], found!.Value.Other);
        table.Remove(routes[0]);
        Assert.Null(table.TryAdd(routes[1]));
        Assert.Same(routes[1], Assert.Single(table.All));
    }

    [Theory]
    [InlineData("/a?b=1")]
    [InlineData("/a#b")]
    [InlineData("/${x}")]
    public void A_path_that_no_request_could_have_is_refused_with_its_place(string url)
    {
        var error = Assert.Throws<SsPolicyException>(() => RoutesOf($"\"x\": {{ {Http}, \"http_url\": \"{url}\", \"metadata\": [{{ \"x\": \"\" }}] }}"));
        Assert.Contains("is the beginning of the paths that it serves", error.Message, StringComparison.Ordinal);
        Assert.Contains("policy(1,", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.example", "a")]
    [InlineData("b.example", "rest")]
    [InlineData("", "rest")]
    public void A_connection_goes_by_the_name_in_its_handshake(string host, string expected) => Assert.Equal(expected, TableOf("""
        "rest": { "server": true, "protocol": "raw" },
        "a": { "server": true, "protocol": "raw", "server_names": ["a.example"] }
        """).FindConnection(host)?.Name);

    private static RouteTable TableOf(string streamTypes)
    {
        var table = new RouteTable();
        foreach (var route in RoutesOf(streamTypes))
            Assert.Null(table.TryAdd(route));
        return table;
    }

    private static List<ServerRoute> RoutesOf(string streamTypes)
    {
        var model = PolicyLoader.Load([PolicyDocument.FromJson($"{{ \"s\": [{{ {streamTypes} }}] }}", "policy")]).Model!;
        using var log = new TestLog();
        return [.. model.StreamTypes.Values.Select(one => new ServerRoute(RoutePlan.Of(one), new ListenerPolicy(null!, one, log.CreateLogger("test")), null!, static _ => null, null, null!))];
    }
}
