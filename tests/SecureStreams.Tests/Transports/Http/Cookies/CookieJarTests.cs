using SecureStreams.Transports.Http.Cookies;
using Xunit;

namespace SecureStreams.Tests.Transports.Http.Cookies;

public sealed class CookieJarTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]

    // Paths (RFC 6265 5.1.4).
    [InlineData("http://a.test/x/y", "n=v", "http://a.test/x/", "n=v")] // The path of the request up to its last slash.
    [InlineData("http://a.test/x/y", "n=v", "http://a.test/x", "n=v")]
    [InlineData("http://a.test/x/y", "n=v", "http://a.test/xy", null)]
    [InlineData("http://a.test/x/y", "n=v", "http://a.test/", null)]
    [InlineData("http://a.test/x/y", "n=v; Path=/", "http://a.test/anything?q=/x", "n=v")]
    [InlineData("http://a.test/x/y", "n=v; Path=nonsense", "http://a.test/x/z", "n=v")]
    [InlineData("http://a.test/", "n=v; path=/deep", "http://a.test/deep/er", "n=v")]
    [InlineData("http://a.test/", "n=v; path=/deep", "http://a.test/deeper", null)]

    // Hosts and domains (5.1.3).
    [InlineData("http://a.test/", "n=v", "http://b.a.test/", null)] // The host alone.
    [InlineData("http://a.test/", "n=v", "http://A.TEST:8080/", "n=v")] // Ports are no boundary.
    [InlineData("http://b.a.test/", "n=v; Domain=a.test", "http://a.test/", "n=v")]
    [InlineData("http://b.a.test/", "n=v; Domain=.A.test", "http://c.b.a.test/", "n=v")]
    [InlineData("http://b.a.test/", "n=v; Domain=b.a.test", "http://c.b.a.test/", "n=v")]
    [InlineData("http://b.a.test/", "n=v; Domain=b.a.test", "http://xb.a.test/", null)]
    [InlineData("http://b.a.test/", "n=v; Domain=c.a.test", "http://c.a.test/", null)] // Not for a neighbour,
    [InlineData("http://a.test/", "n=v; Domain=b.a.test", "http://b.a.test/", null)] // nor for those below,
    [InlineData("http://a.test/", "n=v; Domain=test", "http://b.test/", null)] // nor for everybody.
    [InlineData("http://a.co.uk/", "n=v; Domain=co.uk", "http://b.co.uk/", null)]
    [InlineData("http://localhost/", "n=v; Domain=localhost", "http://localhost/", "n=v")]
    [InlineData("http://bit.ly/", "n=v; Domain=bit.ly", "http://bit.ly/", "n=v")]
    [InlineData("http://bit.ly/", "n=v; Domain=bit.ly", "http://x.bit.ly/", null)]
    [InlineData("http://127.0.0.1/", "n=v; Domain=127.0.0.1", "http://127.0.0.1/", "n=v")]
    [InlineData("http://127.0.0.1/", "n=v; Domain=0.0.1", "http://127.0.0.1/", null)]
    [InlineData("http://[::1]/", "n=v", "http://[::1]/", "n=v")]
    [InlineData("http://a.test/", "n=v; Domain=", "http://a.test/", "n=v")]

    // TLS.
    [InlineData("https://a.test/", "n=v; Secure", "https://a.test/", "n=v")]
    [InlineData("https://a.test/", "n=v; secure", "http://a.test/", null)]
    [InlineData("https://a.test/", "n=v", "http://a.test/", "n=v")]
    [InlineData("http://a.test/", "n=v; Secure", "https://a.test/", null)]
    [InlineData("https://a.test/", "n=v; HttpOnly", "https://a.test/", "n=v")]
    [InlineData("https://a.test/x", "__Host-n=v; Secure; Path=/", "https://a.test/", "__Host-n=v")]
    [InlineData("https://b.a.test/", "__Host-n=v; Secure; Path=/; Domain=a.test", "https://a.test/", null)]
    [InlineData("https://a.test/x", "__Host-n=v; Secure", "https://a.test/", null)]
    [InlineData("https://a.test/", "__Secure-n=v", "https://a.test/", null)]
    [InlineData("https://a.test/", "=__Secure-n=v; Secure", "https://a.test/", null)]

    // Names and values (5.2).
    [InlineData("http://a.test/", "n=a=b", "http://a.test/", "n=a=b")]
    [InlineData("http://a.test/", "  n  =  \"v\"  ;x", "http://a.test/", "n=\"v\"")]
    [InlineData("http://a.test/", "v", "http://a.test/", "v")]
    [InlineData("http://a.test/", "n=", "http://a.test/", "n=")]
    [InlineData("http://a.test/", "=", "http://a.test/", null)]
    [InlineData("http://a.test/", "", "http://a.test/", null)]
    [InlineData("http://a.test/", "n=v\u0001", "http://a.test/", null)]

    // Times.
    [InlineData("http://a.test/", "n=v; Max-Age=10", "http://a.test/", "n=v")]
    [InlineData("http://a.test/", "n=v; Max-Age=0", "http://a.test/", null)]
    [InlineData("http://a.test/", "n=v; Max-Age=-1", "http://a.test/", null)]
    [InlineData("http://a.test/", "n=v; Max-Age=x", "http://a.test/", "n=v")]
    [InlineData("http://a.test/", "n=v; Max-Age=99999999999999999999", "http://a.test/", "n=v")]
    [InlineData("http://a.test/", "n=v; Expires=Mon, 31 Dec 2029 23:59:59 GMT", "http://a.test/", null)]
    [InlineData("http://a.test/", "n=v; Expires=Tue, 01 Jan 2030 00:00:01 GMT", "http://a.test/", "n=v")]
    [InlineData("http://a.test/", "n=v; Expires=Mon, 31 Dec 2029 23:59:59 GMT; Max-Age=5", "http://a.test/", "n=v")] // Max-Age counts more.
    [InlineData("http://a.test/", "n=v; Expires=never", "http://a.test/", "n=v")]
    public void Who_gets_what_was_set(string from, string header, string to, string? sent)
    {
        var jar = new CookieJar();
        jar.Set(CookieOrigin.Of(new Uri(from), null), header, Now);
        Assert.Equal(sent, jar.HeaderFor(CookieOrigin.Of(new Uri(to), null), Now));
    }

    [Fact]
    public void Order_replacement_and_removal()
    {
        var jar = new CookieJar();
        var origin = CookieOrigin.Of(new Uri("http://x.a.test/p/q"), null);
        string? Sent() => jar.HeaderFor(origin, Now);
        foreach (var header in new[] { "old=1; Path=/", "long=2; Path=/p/q", "new=3; Path=/", "wide=4; Path=/; Domain=a.test" })
            jar.Set(origin, header, Now.AddSeconds(-10));
        jar.Set(origin, "late=5; Path=/", Now);
        Assert.Equal("long=2; old=1; new=3; wide=4; late=5", Sent());
        jar.Set(origin, "old=6; Path=/", Now); // In its old place.
        Assert.Equal("long=2; old=6; new=3; wide=4; late=5", Sent());
        jar.Set(origin, "new=; Path=/; Max-Age=0", Now);
        jar.Set(origin, "long=other; Path=/p", Now); // Another cookie, for its path is.
        Assert.Equal("long=2; long=other; old=6; wide=4; late=5", Sent());
    }

    [Fact]
    public void A_cookie_ends_when_its_time_is_over_and_none_lives_longer_than_400_days()
    {
        var jar = new CookieJar();
        var origin = CookieOrigin.Of(new Uri("http://a.test/"), null);
        jar.Set(origin, "short=1; Max-Age=60", Now);
        jar.Set(origin, "long=2; Expires=Fri, 31 Dec 9999 23:59:59 GMT", Now);
        jar.Set(origin, "session=3", Now);
        Assert.Equal("short=1; long=2; session=3", jar.HeaderFor(origin, Now.AddSeconds(59)));
        Assert.Equal("long=2; session=3", jar.HeaderFor(origin, Now.AddSeconds(60)));
        Assert.Equal("session=3", jar.HeaderFor(origin, Now.AddDays(400)));
    }

    [Fact]
    public void What_came_over_tls_is_not_replaced_in_the_clear()
    {
        var jar = new CookieJar();
        var tls = CookieOrigin.Of(new Uri("https://x.a.test/"), null);
        var clear = CookieOrigin.Of(new Uri("http://x.a.test/"), null);
        jar.Set(tls, "n=good; Secure; Path=/", Now);
        Assert.False(jar.Set(clear, "n=evil; Path=/", Now));
        Assert.False(jar.Set(clear, "n=evil; Path=/sub", Now));
        Assert.False(jar.Set(clear, "n=evil; Domain=a.test", Now));
        Assert.True(jar.Set(clear, "m=fine", Now));
        Assert.Equal("n=good; m=fine", jar.HeaderFor(tls, Now));
        Assert.Equal("m=fine", jar.HeaderFor(clear, Now));
    }

    [Fact]
    public void The_jar_is_bounded_and_what_was_not_used_for_longest_goes_first()
    {
        var jar = new CookieJar();
        var origin = CookieOrigin.Of(new Uri("http://a.test/"), null);
        for (var i = 0; i < CookieDefaults.MaxPerDomain; i++)
            jar.Set(origin, $"n{i}=v; Path=/{i}", Now);
        Assert.Equal("n0=v", jar.HeaderFor(CookieOrigin.Of(new Uri("http://a.test/0"), null), Now));
        jar.Set(origin, "more=v; Path=/more", Now);
        Assert.Equal("n0=v", jar.HeaderFor(CookieOrigin.Of(new Uri("http://a.test/0"), null), Now));
        Assert.Null(jar.HeaderFor(CookieOrigin.Of(new Uri("http://a.test/1"), null), Now));

        for (var i = 0; i < CookieDefaults.MaxTotal; i++)
            jar.Set(CookieOrigin.Of(new Uri($"http://h{i}.test/"), null), "n=v", Now);
        Assert.Null(jar.HeaderFor(CookieOrigin.Of(new Uri("http://a.test/more"), null), Now));
        Assert.Equal("n=v", jar.HeaderFor(CookieOrigin.Of(new Uri("http://h0.test/"), null), Now));
        Assert.False(jar.Set(origin, $"n={new string('x', CookieDefaults.MaxCookieBytes)}", Now));
        Assert.True(jar.Set(origin, $"n={new string('x', CookieDefaults.MaxCookieBytes - 1)}", Now));
    }

    [Fact]
    public void A_unix_socket_has_cookies_of_its_own()
    {
        var jar = new CookieJar();
        var uri = new Uri("http://localhost/");
        jar.Set(CookieOrigin.Of(uri, "/run/a"), "n=a; Domain=localhost", Now);
        jar.Set(CookieOrigin.Of(uri, "/run/a"), "m=a", Now);
        Assert.Equal("m=a", jar.HeaderFor(CookieOrigin.Of(uri, "/run/a"), Now));
        Assert.Null(jar.HeaderFor(CookieOrigin.Of(uri, "/run/b"), Now));
        Assert.Null(jar.HeaderFor(CookieOrigin.Of(uri, null), Now));
    }

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37")]
    [InlineData("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37")]
    [InlineData("1 jan 2069 0:0:0", "2069-01-01T00:00:00")]
    [InlineData("1-jan-69 1:2:3x", "2069-01-01T01:02:03")]
    [InlineData("29 Feb 2024 12:00:00", "2024-02-29T12:00:00")]
    [InlineData("29 Feb 2023 12:00:00", null)]
    [InlineData("1 Jan 1600 12:00:00", null)]
    [InlineData("0 Jan 2020 12:00:00", null)]
    [InlineData("32 Jan 2020 12:00:00", null)]
    [InlineData("1 Jan 2020 24:00:00", null)]
    [InlineData("1 Jan 2020 12:60:00", null)]
    [InlineData("1 Jan 2020", null)]
    [InlineData("Jan 2020 12:00:00", null)]
    [InlineData("", null)]
    [InlineData("nonsense", null)]
    public void Dates_are_read_as_servers_write_them(string text, string? date) =>
        Assert.Equal(date, CookieDate.Parse(text)?.ToString("s", System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void Whatever_a_peer_says_the_jar_stands()
    {
        var random = new Random(11);
        var jar = new CookieJar();
        const string Alphabet = "=; ,nvDomainPathExpires:0129-.\"\\\t/a.testSecureMax-Age";
        for (var round = 0; round < 20_000; round++)
        {
            var origin = CookieOrigin.Of(new Uri($"http://h{random.Next(5)}.a.test/{random.Next(3)}"), null);
            jar.Set(origin, new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]), Now);
            if (jar.HeaderFor(origin, Now) is { } header)
                Assert.False(header.AsSpan().ContainsAny('\r', '\n', '\0'));
        }
    }
}
