namespace SecureStreams.Policy;

/// <summary>What a policy attribute's value looks like.</summary>
public enum PolicyValueKind
{
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Flag = 0,

    /// <summary>A whole number in the attribute's range.</summary>
    Number,

    /// <summary>An array of whole numbers, each in the attribute's range.</summary>
    NumberList,

    /// <summary>A string.</summary>
    Text,

    /// <summary>A string with <c>${name}</c> symbols.</summary>
    Template,

    /// <summary>One of a few strings.</summary>
    Choice,

    /// <summary>An HTTP token (RFC 9110, 5.6.2), such as a method.</summary>
    Token,

    /// <summary>A header name, with or without a trailing colon.</summary>
    HeaderName,

    /// <summary>The name of something defined elsewhere in the policy.</summary>
    Name,

    /// <summary>An array of such names.</summary>
    NameList,

    /// <summary><c>metadata</c>: names, each with a header name or an empty string.</summary>
    MetadataMap,

    /// <summary><c>http_resp_map</c>: status codes, each with a user state in the attribute's range.</summary>
    StatusMap,

    /// <summary>A section: an array of objects with named entries.</summary>
    Section,

    /// <summary>Anything; the value is not read.</summary>
    Anything,

    /// <summary>An array of strings.</summary>
    TextList,

    /// <summary>An array of objects, or one object: names, each with one of a few strings.</summary>
    ChoiceMap,

    /// <summary>An array of objects, or one object: names of its own, each with a string.</summary>
    TextMap,
}
