namespace SecureStreams.TestSupport.Certificates;

/// <summary>
/// The certificates that most tests need, made once in a process. All leaves but <see cref="WrongHost"/> are for <see cref="Hosts"/>.
/// </summary>
public static class TestCertificates
{
    private static readonly Lazy<TestAuthority> LazyAuthority = new(static () => TestAuthority.Create());
    private static readonly Lazy<TestAuthority> LazyOther = new(static () => TestAuthority.Create("Other Test Root"));
    private static readonly Lazy<TestAuthority> LazyIntermediate = new(static () => Authority.CreateIntermediate());
    private static readonly Lazy<TestCertificate> LazyServer = new(static () => Authority.Issue(Hosts));
    private static readonly Lazy<TestCertificate> LazyOtherServer = new(static () => OtherAuthority.Issue(Hosts));
    private static readonly Lazy<TestCertificate> LazyExpired = new(static () => Authority.IssueExpired(Hosts));
    private static readonly Lazy<TestCertificate> LazyNotYetValid = new(static () => Authority.IssueNotYetValid(Hosts));
    private static readonly Lazy<TestCertificate> LazyWrongHost = new(static () => Authority.Issue("elsewhere.test"));
    private static readonly Lazy<TestCertificate> LazyChained = new(static () => Intermediate.Issue(Hosts));
    private static readonly Lazy<TestCertificate> LazyClient = new(static () =>
        Authority.Issue(new TestCertificateOptions { Hosts = ["client.test"], ForServer = false }));

    /// <summary><c>localhost</c>, <c>127.0.0.1</c>, <c>::1</c>.</summary>
    public static string[] Hosts => ["localhost", "127.0.0.1", "::1"];

    /// <summary>The root that clients are told to trust.</summary>
    public static TestAuthority Authority => LazyAuthority.Value;

    /// <summary>A root that clients are not told of.</summary>
    public static TestAuthority OtherAuthority => LazyOther.Value;

    /// <summary>An authority below <see cref="Authority"/>.</summary>
    public static TestAuthority Intermediate => LazyIntermediate.Value;

    /// <summary>A sound server certificate.</summary>
    public static TestCertificate Server => LazyServer.Value;

    /// <summary>Sound, but from <see cref="OtherAuthority"/>.</summary>
    public static TestCertificate OtherServer => LazyOtherServer.Value;

    /// <summary>Expired yesterday.</summary>
    public static TestCertificate Expired => LazyExpired.Value;

    /// <summary>Not valid for years to come.</summary>
    public static TestCertificate NotYetValid => LazyNotYetValid.Value;

    /// <summary>For <c>elsewhere.test</c> only.</summary>
    public static TestCertificate WrongHost => LazyWrongHost.Value;

    /// <summary>Sound, issued by <see cref="Intermediate"/>, which the server sends along.</summary>
    public static TestCertificate Chained => LazyChained.Value;

    /// <summary>For a client's identity.</summary>
    public static TestCertificate Client => LazyClient.Value;
}
