using System.Diagnostics.CodeAnalysis;
using SecureStreams.Codecs.Socks5;
using Xunit;

namespace SecureStreams.Codecs.Tests.Socks5;

/// <summary>RFC 1928 and RFC 1929, byte by byte.</summary>
[SuppressMessage("Security", "CA5394:Do not use insecure randomness", Justification = "Inputs must repeat from the seed.")]
public sealed class Socks5Tests
{
    private const string Greeting = "050100";
    private const string GreetingWithUser = "05020002";
    private const string NoAuthentication = "0500";
    private const string Credentials = "0502";
    private const string CredentialsTaken = "0100";
    private const string OpenIPv4 = "05000001" + "7f000001" + "1f90";
    private const string OpenIPv6 = "05000004" + "20010db8000000000000000000000001" + "01bb";
    private const string OpenName = "05000003" + "04" + "61626364" + "01bb";

    public static TheoryData<string> Openings => [OpenIPv4, OpenIPv6, OpenName, "0500ff01" + "00000000" + "0000", "05000003" + "00" + "0000"];

    [Fact]
    public void A_name_is_asked_for_by_name()
    {
        var negotiation = Socks5Negotiation.ToName("example.com", 443);
        Assert.Equal((Socks5Step.Send, 0), (negotiation.Step, negotiation.Wanted));
        Assert.Equal(Greeting, Written(negotiation));
        Assert.Equal((Socks5Step.Receive, 2), (negotiation.Step, negotiation.Wanted));
        Feed(negotiation, NoAuthentication);
        Assert.Equal("05010003" + "0b" + "6578616d706c652e636f6d" + "01bb", Written(negotiation));
        Feed(negotiation, OpenIPv4);
        Assert.Equal((Socks5Step.Open, Socks5Reply.Succeeded, Socks5Problem.None, 0), (negotiation.Step, negotiation.Reply, negotiation.Problem, negotiation.Wanted));
        Assert.Equal("", Written(negotiation));
    }

    [Theory]
    [InlineData("c0000201", "05010001c0000201" + "0050")]
    [InlineData("20010db8000000000000000000000001", "0501000420010db8000000000000000000000001" + "0050")]
    public void An_address_is_asked_for_by_address(string address, string request)
    {
        var negotiation = Socks5Negotiation.ToAddress(Convert.FromHexString(address), 80);
        Written(negotiation);
        Feed(negotiation, NoAuthentication);
        Assert.Equal(request, Written(negotiation));
    }

    [Fact]
    public void A_user_name_is_offered_and_told_when_it_is_asked_for()
    {
        var negotiation = Socks5Negotiation.ToName("h", 1, "ann", "päss");
        Assert.Equal(GreetingWithUser, Written(negotiation));
        Feed(negotiation, Credentials);
        Assert.Equal("01" + "03" + "616e6e" + "05" + "70c3a47373", Written(negotiation));
        Feed(negotiation, CredentialsTaken);
        Assert.Equal("0501000301680001", Written(negotiation));
    }

    [Fact]
    public void A_proxy_that_does_not_ask_is_not_told_the_user_name()
    {
        var negotiation = Socks5Negotiation.ToName("h", 1, "ann", "secret");
        Written(negotiation);
        Feed(negotiation, NoAuthentication);
        Assert.Equal("0501000301680001", Written(negotiation));
    }

    [Theory]
    [MemberData(nameof(Openings))]
    public void Cut_at_every_byte_it_ends_the_same_and_takes_nothing_of_what_follows(string opening)
    {
        var answers = Convert.FromHexString(opening + "aabbcc");
        for (var cut = 0; cut < answers.Length; cut++)
        {
            var negotiation = AtRequest();
            var taken = negotiation.Read(answers.AsSpan(0, cut));
            taken += negotiation.Read(answers.AsSpan(taken));
            Assert.Equal((answers.Length - 3, Socks5Step.Open), (taken, negotiation.Step));
        }
    }

    [Theory]
    [MemberData(nameof(Openings))]
    public void Who_reads_what_is_wanted_never_reads_what_follows(string opening)
    {
        var answers = Convert.FromHexString(opening + "aabbcc");
        var negotiation = AtRequest();
        var at = 0;
        while (negotiation.Step == Socks5Step.Receive)
        {
            var wanted = negotiation.Wanted;
            Assert.InRange(wanted, 1, 300);
            Assert.Equal(wanted, negotiation.Read(answers.AsSpan(at, wanted)));
            at += wanted;
        }

        Assert.Equal(answers.Length - 3, at);
    }

    [Theory]
    [InlineData("0400", Socks5Problem.NotSocks5)]
    [InlineData("4854", Socks5Problem.NotSocks5)]
    [InlineData("05ff", Socks5Problem.NoMethod)]
    [InlineData("0502", Socks5Problem.NoMethod)]
    [InlineData("0501", Socks5Problem.NotSocks5)]
    public void Answers_to_the_greeting_that_end_it(string answer, Socks5Problem problem)
    {
        var negotiation = Socks5Negotiation.ToName("h", 1);
        Written(negotiation);
        Feed(negotiation, answer);
        Assert.Equal((Socks5Step.Failed, problem), (negotiation.Step, negotiation.Problem));
    }

    [Theory]
    [InlineData("0101", Socks5Problem.CredentialsRefused)]
    [InlineData("01ff", Socks5Problem.CredentialsRefused)]
    [InlineData("0500", Socks5Problem.NotSocks5)]
    public void Answers_to_credentials_that_end_it(string answer, Socks5Problem problem)
    {
        var negotiation = Socks5Negotiation.ToName("h", 1, "ann", "wrong");
        Written(negotiation);
        Feed(negotiation, Credentials);
        Written(negotiation);
        Feed(negotiation, answer);
        Assert.Equal((Socks5Step.Failed, problem), (negotiation.Step, negotiation.Problem));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(200)]
    public void A_refusal_needs_no_more_than_its_code(int code)
    {
        var negotiation = AtRequest();
        Assert.Equal(2, negotiation.Read([5, (byte)code, 0, 1, 0, 0, 0, 0, 0, 0]));
        Assert.Equal((Socks5Step.Failed, Socks5Problem.Refused, (Socks5Reply)code), (negotiation.Step, negotiation.Problem, negotiation.Reply));
    }

    [Theory]
    [InlineData("04000001")]
    [InlineData("05000002")]
    [InlineData("05000000")]
    public void Replies_that_are_none(string reply)
    {
        var negotiation = AtRequest();
        Feed(negotiation, reply);
        Assert.Equal((Socks5Step.Failed, Socks5Problem.NotSocks5), (negotiation.Step, negotiation.Problem));
    }

    [Fact]
    public void The_longest_texts_fit()
    {
        var longest = new string('a', Socks5Negotiation.MaxTextBytes);
        var negotiation = Socks5Negotiation.ToName(longest, 65535, longest, longest);
        Written(negotiation);
        Feed(negotiation, Credentials);
        Assert.Equal(Socks5Negotiation.MaxWriteBytes * 2, Written(negotiation).Length);
        Feed(negotiation, CredentialsTaken);
        Assert.EndsWith("61ffff", Written(negotiation), StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var tooLong = new string('a', Socks5Negotiation.MaxTextBytes + 1);
        Assert.Throws<ArgumentException>(() => Socks5Negotiation.ToName(tooLong, 1));
        Assert.Throws<ArgumentException>(() => Socks5Negotiation.ToName("", 1));
        Assert.Throws<ArgumentException>(() => Socks5Negotiation.ToName("ü.example", 1));
        Assert.Throws<ArgumentException>(() => Socks5Negotiation.ToName("a b", 1));
        Assert.Throws<ArgumentException>(() => Socks5Negotiation.ToName("h", 1, tooLong, ""));
        Assert.Throws<ArgumentException>(() => Socks5Negotiation.ToName("h", 1, "", "p"));
        Assert.Throws<ArgumentException>(() => Socks5Negotiation.ToName("h", 1, "ann", tooLong));
        Assert.Throws<ArgumentException>(() => Socks5Negotiation.ToAddress([1, 2, 3], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Socks5Negotiation.ToName("h", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Socks5Negotiation.ToName("h", 65536));
    }

    [Fact]
    public void Mutated_answers_end_in_a_state_that_exists_and_never_past_what_came()
    {
        var random = new Random(20261129);
        byte[][] good = [.. ((string[])[OpenIPv4, OpenIPv6, OpenName]).Select(one => Convert.FromHexString(NoAuthentication + one))];
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])good[random.Next(good.Length)].Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var negotiation = Socks5Negotiation.ToName("h", 1, random.Next(2) == 0 ? "u" : null, "p");
            var at = 0;
            while (negotiation.Step is Socks5Step.Send or Socks5Step.Receive)
            {
                if (negotiation.Step == Socks5Step.Send)
                {
                    Assert.NotEmpty(Written(negotiation));
                    continue;
                }

                Assert.InRange(negotiation.Wanted, 1, 257);
                if (at == bytes.Length)
                    break;
                at += negotiation.Read(bytes.AsSpan(at, Math.Min(bytes.Length - at, negotiation.Wanted)));
            }

            Assert.Equal(negotiation.Step == Socks5Step.Failed, negotiation.Problem != Socks5Problem.None);
            Assert.True(negotiation.Step != Socks5Step.Open || negotiation.Reply == Socks5Reply.Succeeded);
        }
    }

    private static Socks5Negotiation AtRequest()
    {
        var negotiation = Socks5Negotiation.ToName("h", 1);
        Written(negotiation);
        Feed(negotiation, NoAuthentication);
        Written(negotiation);
        return negotiation;
    }

    private static string Written(Socks5Negotiation negotiation)
    {
        var buffer = new byte[Socks5Negotiation.MaxWriteBytes];
        return Convert.ToHexStringLower(buffer.AsSpan(0, negotiation.Write(buffer)));
    }

    private static void Feed(Socks5Negotiation negotiation, string hex)
    {
        var bytes = Convert.FromHexString(hex);
        var taken = negotiation.Read(bytes);
        Assert.True(taken == bytes.Length || negotiation.Step == Socks5Step.Failed);
    }
}
